//! Clients and their secrets.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    client::{Client, Origin, StoredSecret},
    id::Id,
    subject::Subject,
    time::Timestamp,
};

use super::{Database, Row, changes::feed};
use crate::{
    Clients, Result, StorageError,
    record::read::{digest, id, json, name, optional_id, optional_instant, within},
};

statements! {
    READ = "SELECT id, organization_id, machine_id, metadata, disabled_at, origin FROM client \
        WHERE id = $1";
    // Registrations are compact JSON: see logouts.rs.
    WITH_LOGIN = "SELECT id, organization_id, machine_id, metadata, disabled_at, origin FROM client \
        WHERE disabled_at IS NULL AND metadata LIKE '%\"initiate_login_uri\":%' \
        AND (metadata LIKE '%\"consent\":\"implicit\"%' OR id IN \
        (SELECT client_id FROM consent WHERE subject_id = $1)) ORDER BY id LIMIT $2";
    SECRETS = "SELECT digest, expires_at, sealed FROM client_secret WHERE client_id = $1 \
        ORDER BY created_at, digest";
    RESEAL = "UPDATE client_secret SET sealed = $1 \
        WHERE client_id = $2 AND digest = $3 AND sealed = $4";
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

    async fn applications_of(&self, subject: &Id<Subject>, limit: u32) -> Result<Vec<Client>> {
        let rows = query(WITH_LOGIN)
            .bind(subject.as_str())
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        let mut clients = Vec::with_capacity(rows.len());
        for row in &rows {
            clients.push(with_secrets(self, row).await?);
        }
        Ok(clients)
    }

    async fn reseal_client_secret(
        &self,
        client: &Id<Client>,
        old: &StoredSecret,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        query(RESEAL)
            .bind(sealed)
            .bind(client.as_str())
            .bind(old.digest.as_bytes())
            .bind(old.sealed())
            .execute(&mut *transaction)
            .await?;
        feed(&mut transaction, "client", client.as_str(), now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The client of a row, with its secrets.
pub(super) async fn with_secrets(database: &Database, row: &Row) -> Result<Client> {
    let name = name(row, "id");
    let secrets = query(SECRETS)
        .bind(name.as_str())
        .fetch_all(&database.reader)
        .await?;
    let secrets = within("client_secret", &name, || {
        secrets.iter().map(secret).collect()
    })?;
    within("client", &name, || {
        Ok(Client {
            id: id(row, "id")?,
            organization: optional_id(row, "organization_id")?,
            machine: optional_id(row, "machine_id")?,
            metadata: json(row, "metadata")?,
            disabled_at: optional_instant(row, "disabled_at")?,
            origin: origin(row)?,
            secrets,
        })
    })
}

/// How the client of a row came to be known.
pub(super) fn origin(row: &Row) -> Result<Origin> {
    let name: Option<String> = row.try_get("origin")?;
    name.map_or(Some(Origin::Operator), |name| Origin::from_name(&name))
        .ok_or_else(|| StorageError::corrupt("origin"))
}

fn secret(row: &Row) -> Result<StoredSecret> {
    Ok(StoredSecret {
        digest: digest(row, "digest")?,
        expires_at: optional_instant(row, "expires_at")?,
        sealed: row.try_get("sealed")?,
    })
}
