//! The public keys of machine users.

use async_trait::async_trait;
use sqlx::query;
use symbolon_core::{id::Id, machine_key::MachineKey, subject::Subject, time::Timestamp};

use super::{Connection, Database, Row};
use crate::{
    MachineKeys, Result,
    record::read::{id, instant, json, name, optional_instant, within},
};

statements! {
    OF_MACHINE = "SELECT id, subject_id, jwk, created_at, expires_at FROM machine_key \
        WHERE subject_id = $1 ORDER BY created_at, id";
    INSERT = "INSERT INTO machine_key (id, subject_id, jwk, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (subject_id, id) DO NOTHING";
    PUT = "INSERT INTO machine_key (id, subject_id, jwk, created_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (subject_id, id) \
        DO UPDATE SET jwk = excluded.jwk, expires_at = excluded.expires_at";
    DELETE = "DELETE FROM machine_key WHERE subject_id = $1 AND id = $2";
    DELETE_ALL = "DELETE FROM machine_key WHERE subject_id = $1";
}

#[async_trait]
impl MachineKeys for Database {
    async fn machine_keys(&self, machine: &Id<Subject>) -> Result<Vec<MachineKey>> {
        let rows = query(OF_MACHINE)
            .bind(machine.as_str())
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(key).collect()
    }

    async fn put_machine_key(&self, key: &MachineKey) -> Result<()> {
        let mut connection = self.writer.acquire().await?;
        write(&mut connection, PUT, key).await?;
        Ok(())
    }

    async fn put_machine_keys(&self, machine: &Id<Subject>, keys: &[MachineKey]) -> Result<()> {
        let mut transaction = self.begin().await?;
        query(DELETE_ALL)
            .bind(machine.as_str())
            .execute(&mut *transaction)
            .await?;
        for key in keys {
            write(&mut transaction, INSERT, key).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// Adds a key; how many there are of it now that were not before.
pub(super) async fn insert(connection: &mut Connection, key: &MachineKey) -> sqlx::Result<u64> {
    write(connection, INSERT, key).await
}

/// Takes a key away; how many there were.
pub(super) async fn delete(
    connection: &mut Connection,
    machine: &Id<Subject>,
    id: &Id<MachineKey>,
) -> sqlx::Result<u64> {
    let deleted = query(DELETE)
        .bind(machine.as_str())
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected())
}

async fn write(
    connection: &mut Connection,
    statement: &'static str,
    key: &MachineKey,
) -> sqlx::Result<u64> {
    let written = query(statement)
        .bind(key.id.as_str())
        .bind(key.machine.as_str())
        .bind(key.jwk.to_string())
        .bind(key.created_at.seconds())
        .bind(key.expires_at.map(Timestamp::seconds))
        .execute(connection)
        .await?;
    Ok(written.rows_affected())
}

fn key(row: &Row) -> Result<MachineKey> {
    within("machine_key", &name(row, "id"), || {
        Ok(MachineKey {
            id: id(row, "id")?,
            machine: id(row, "subject_id")?,
            jwk: json(row, "jwk")?,
            created_at: instant(row, "created_at")?,
            expires_at: optional_instant(row, "expires_at")?,
        })
    })
}
