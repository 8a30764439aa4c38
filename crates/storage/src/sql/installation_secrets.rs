//! What an installation makes once. The primary key lets exactly one instance make it.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::time::Timestamp;

use super::Database;
use crate::{Applied, InstallationSecrets, Result};

statements! {
    ONE = "SELECT sealed FROM installation_secret WHERE name = $1";
    INSERT = "INSERT INTO installation_secret (name, sealed, created_at) VALUES ($1, $2, $3) \
        ON CONFLICT (name) DO NOTHING";
    RESEAL = "UPDATE installation_secret SET sealed = $2 WHERE name = $1";
}

#[async_trait]
impl InstallationSecrets for Database {
    async fn installation_secret(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let row = query(ONE).bind(name).fetch_optional(&self.reader).await?;
        Ok(row.map(|row| row.try_get("sealed")).transpose()?)
    }

    async fn create_installation_secret(
        &self,
        name: &str,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<Applied> {
        let inserted = query(INSERT)
            .bind(name)
            .bind(sealed)
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        Ok(match inserted.rows_affected() {
            1 => Applied::Done,
            _ => Applied::Conflict,
        })
    }

    async fn reseal_installation_secret(&self, name: &str, sealed: &[u8]) -> Result<()> {
        query(RESEAL)
            .bind(name)
            .bind(sealed)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}
