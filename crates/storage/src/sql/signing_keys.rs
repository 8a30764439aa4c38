//! Signing keys. `UNIQUE (algorithm, generation)` lets exactly one instance rotate.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    id::Id,
    keys::{KeyRecord, SigningKey},
    time::Timestamp,
};

use super::{Connection, Database, Row, changes::feed};
use crate::{
    Applied, Result, SigningKeys, StorageError, StoredKey,
    record::read::{id, instant, name, number, text, within},
};

statements! {
    ALL = "SELECT id, algorithm, generation, sealed, created_at, activates_at FROM signing_key \
        ORDER BY algorithm, generation";
    INSERT = "INSERT INTO signing_key (id, algorithm, generation, sealed, created_at, \
        activates_at) VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (algorithm, generation) DO NOTHING";
    RESEAL = "UPDATE signing_key SET sealed = $2 WHERE id = $1";
    DELETE = "DELETE FROM signing_key WHERE id = $1";
}

#[async_trait]
impl SigningKeys for Database {
    async fn signing_keys(&self) -> Result<Vec<StoredKey>> {
        let rows = query(ALL).fetch_all(&self.reader).await?;
        rows.iter().map(key).collect()
    }

    async fn create_signing_key(&self, key: &StoredKey) -> Result<Applied> {
        let mut transaction = self.begin().await?;
        if !insert(&mut transaction, key).await? {
            transaction.rollback().await?;
            return Ok(Applied::Conflict);
        }
        transaction.commit().await?;
        Ok(Applied::Done)
    }

    async fn reseal_signing_key(&self, id: &Id<SigningKey>, sealed: &[u8]) -> Result<()> {
        query(RESEAL)
            .bind(id.as_str())
            .bind(sealed)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn delete_signing_key(&self, id: &Id<SigningKey>, now: Timestamp) -> Result<()> {
        let mut transaction = self.begin().await?;
        query(DELETE)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        feed(&mut transaction, "signing_key", id.as_str(), now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Adds a key; false when its generation exists.
pub(super) async fn insert(connection: &mut Connection, key: &StoredKey) -> sqlx::Result<bool> {
    insert_by(INSERT, connection, key, key.record.algorithm.as_str()).await
}

/// Adds a key of any kind.
pub(super) async fn insert_by<A>(
    statement: &'static str,
    connection: &mut Connection,
    key: &StoredKey<A>,
    algorithm: &'static str,
) -> sqlx::Result<bool> {
    let record = &key.record;
    let inserted = query(statement)
        .bind(record.id.as_str())
        .bind(algorithm)
        .bind(i64::from(record.generation))
        .bind(key.sealed.as_slice())
        .bind(record.created_at.seconds())
        .bind(record.activates_at.seconds())
        .execute(&mut *connection)
        .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    // Whoever looks at the one kind of key looks at the other.
    let name = record.id.as_str();
    feed(connection, "signing_key", name, record.created_at).await?;
    Ok(true)
}

fn key(row: &Row) -> Result<StoredKey> {
    key_of("signing_key", row, |algorithm| algorithm.parse().ok())
}

/// A key of any kind.
pub(super) fn key_of<A>(
    table: &'static str,
    row: &Row,
    algorithm: impl FnOnce(&str) -> Option<A>,
) -> Result<StoredKey<A>> {
    within(table, &name(row, "id"), || {
        Ok(StoredKey {
            record: KeyRecord {
                id: id(row, "id")?,
                algorithm: algorithm(&text(row, "algorithm")?)
                    .ok_or_else(|| StorageError::corrupt("algorithm"))?,
                generation: number(row, "generation")?,
                created_at: instant(row, "created_at")?,
                activates_at: instant(row, "activates_at")?,
            },
            sealed: row.try_get("sealed")?,
        })
    })
}
