//! What may be used once.

use async_trait::async_trait;
use sqlx::query;
use symbolon_core::time::Timestamp;

use super::Database;
use crate::{Applied, Result, SingleUses};

statements! {
    USE = "INSERT INTO used_once (digest, expires_at) VALUES ($1, $2) \
        ON CONFLICT (digest) DO NOTHING";
}

#[async_trait]
impl SingleUses for Database {
    async fn use_once(&self, digest: &[u8; 32], until: Timestamp) -> Result<Applied> {
        let used = query(USE)
            .bind(digest.as_slice())
            .bind(until.seconds())
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(used.rows_affected()))
    }
}
