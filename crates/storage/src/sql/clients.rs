//! Clients and their secrets.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    client::{Client, StoredSecret},
    id::Id,
    secret::Digest,
};

use super::{Database, Row};
use crate::{
    Clients, Result, StorageError,
    record::read::{id, json, optional_instant},
};

statements! {
    READ = "SELECT id, organization_id, machine_id, metadata, disabled_at FROM client \
        WHERE id = $1";
    SECRETS = "SELECT digest, expires_at FROM client_secret WHERE client_id = $1 \
        ORDER BY created_at, digest";
}

#[async_trait]
impl Clients for Database {
    async fn client(&self, id: &Id<Client>) -> Result<Option<Client>> {
        let row = query(READ)
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        match row {
            None => Ok(None),
            Some(row) => with_secrets(self, &row).await.map(Some),
        }
    }
}

/// The client of a row, with its secrets.
pub(super) async fn with_secrets(database: &Database, row: &Row) -> Result<Client> {
    let client: Id<Client> = id(row, "id")?;
    let secrets = query(SECRETS)
        .bind(client.as_str())
        .fetch_all(&database.reader)
        .await?;
    let secrets: Result<_> = secrets.iter().map(secret).collect();
    Ok(Client {
        organization: optional_id(row, "organization_id")?,
        machine: optional_id(row, "machine_id")?,
        metadata: json(row, "metadata")?,
        disabled_at: optional_instant(row, "disabled_at")?,
        secrets: secrets?,
        id: client,
    })
}

fn secret(row: &Row) -> Result<StoredSecret> {
    let bytes: Vec<u8> = row.try_get("digest")?;
    Ok(StoredSecret {
        digest: Digest::from_slice(&bytes)
            .ok_or_else(|| StorageError::corrupt("client_secret", "a digest"))?,
        expires_at: optional_instant(row, "expires_at")?,
    })
}

fn optional_id<K>(row: &Row, column: &'static str) -> Result<Option<Id<K>>> {
    row.try_get::<Option<String>, _>(column)?
        .map(|text| Id::parse(&text).map_err(|_| StorageError::corrupt("client", text)))
        .transpose()
}
