//! What an installation makes for itself. A unique key lets exactly one instance make each.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{encryption::KeyManagement, id::Id, keys::SigningKey, time::Timestamp};

use super::{
    Database, Row,
    signing_keys::{insert_by, key_of},
};
use crate::{Applied, InstallationSecrets, Result, StoredKey};

statements! {
    ONE = "SELECT sealed FROM installation_secret WHERE name = $1";
    INSERT = "INSERT INTO installation_secret (name, sealed, created_at) VALUES ($1, $2, $3) \
        ON CONFLICT (name) DO NOTHING";
    RESEAL = "UPDATE installation_secret SET sealed = $2 WHERE name = $1";
    KEYS = "SELECT id, algorithm, generation, sealed, created_at, activates_at FROM encryption_key \
        ORDER BY algorithm, generation";
    INSERT_KEY = "INSERT INTO encryption_key (id, algorithm, generation, sealed, created_at, \
        activates_at) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (algorithm, generation) DO NOTHING";
    RESEAL_KEY = "UPDATE encryption_key SET sealed = $2 WHERE id = $1";
}

#[async_trait]
impl InstallationSecrets for Database {
    async fn installation_secret(&self, secret: &str) -> Result<Option<Vec<u8>>> {
        let row = query(ONE).bind(secret).fetch_optional(&self.reader).await?;
        Ok(row.map(|row| row.try_get("sealed")).transpose()?)
    }

    async fn create_installation_secret(
        &self,
        secret: &str,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<Applied> {
        let inserted = query(INSERT)
            .bind(secret)
            .bind(sealed)
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(inserted.rows_affected()))
    }

    async fn reseal_installation_secret(&self, secret: &str, sealed: &[u8]) -> Result<()> {
        query(RESEAL)
            .bind(secret)
            .bind(sealed)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn encryption_keys(&self) -> Result<Vec<StoredKey<KeyManagement>>> {
        let rows = query(KEYS).fetch_all(&self.reader).await?;
        rows.iter().map(key).collect()
    }

    async fn create_encryption_key(&self, key: &StoredKey<KeyManagement>) -> Result<Applied> {
        let algorithm = key.record.algorithm.as_str();
        let mut transaction = self.begin().await?;
        if !insert_by(INSERT_KEY, &mut transaction, key, algorithm).await? {
            transaction.rollback().await?;
            return Ok(Applied::Conflict);
        }
        transaction.commit().await?;
        Ok(Applied::Done)
    }

    async fn reseal_encryption_key(&self, id: &Id<SigningKey>, sealed: &[u8]) -> Result<()> {
        query(RESEAL_KEY)
            .bind(id.as_str())
            .bind(sealed)
            .execute(&self.writer)
            .await?;
        Ok(())
    }
}

fn key(row: &Row) -> Result<StoredKey<KeyManagement>> {
    key_of("encryption_key", row, KeyManagement::from_wire)
}
