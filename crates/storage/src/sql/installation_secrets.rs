//! What an installation makes for itself. A unique key lets exactly one instance make each.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    encryption::KeyManagement,
    id::Id,
    keys::{KeyRecord, SigningKey},
    time::Timestamp,
};

use super::{Database, Row, changes::feed};
use crate::{
    Applied, InstallationSecrets, Result, StorageError, StoredKey,
    record::read::{id, instant, name, text, within},
};

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
        let record = &key.record;
        let mut transaction = self.begin().await?;
        let inserted = query(INSERT_KEY)
            .bind(record.id.as_str())
            .bind(record.algorithm.as_str())
            .bind(i64::from(record.generation))
            .bind(key.sealed.as_slice())
            .bind(record.created_at.seconds())
            .bind(record.activates_at.seconds())
            .execute(&mut *transaction)
            .await?;
        if inserted.rows_affected() == 0 {
            transaction.rollback().await?;
            return Ok(Applied::Conflict);
        }
        // Whoever looks at the one kind of key looks at the other.
        let name = record.id.as_str();
        feed(&mut transaction, "signing_key", name, record.created_at).await?;
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
    within("encryption_key", &name(row, "id"), || {
        let algorithm = text(row, "algorithm")?;
        let generation: i64 = row.try_get("generation")?;
        Ok(StoredKey {
            record: KeyRecord {
                id: id(row, "id")?,
                algorithm: KeyManagement::from_wire(&algorithm)
                    .ok_or_else(|| StorageError::corrupt("algorithm"))?,
                generation: u32::try_from(generation)
                    .map_err(|_| StorageError::corrupt("generation"))?,
                created_at: instant(row, "created_at")?,
                activates_at: instant(row, "activates_at")?,
            },
            sealed: row.try_get("sealed")?,
        })
    })
}
