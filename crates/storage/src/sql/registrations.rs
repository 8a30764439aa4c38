//! Clients that came by themselves: what is known of them, and what is done with them.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    client::{Client, StoredSecret},
    id::Id,
    registration::{Details, Registration, initial_access_token::InitialAccessToken},
    secret::{self, Digest},
    time::Timestamp,
};

use super::{Connection, Database, Row, acts::found, acts_owned as owned, changes::feed};
use crate::{
    Administered, Registrations, Result, StorageError,
    record::read::{
        OF_THIS_DIGEST, digest, id, instant, json, name, number, optional_digest, optional_id,
        optional_instant, text, within,
    },
};

statements! {
    READ = "SELECT client_id, digest, initial_token_id, policy, details, registered_at, \
        unused_until FROM client_registration WHERE client_id = $1";
    INSERT = "INSERT INTO client_registration (client_id, digest, initial_token_id, policy, \
        details, registered_at, unused_until) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    UPDATE = "UPDATE client_registration SET details = $2 WHERE client_id = $1";
    COUNT = "SELECT COUNT(*) FROM client_registration WHERE unused_until IS NOT NULL";
    TOKEN = "SELECT id, digest, name, policy, uses_left, created_at, expires_at, revoked_at \
        FROM initial_access_token WHERE digest = $1";
    TOKEN_OF_ID = "SELECT id, digest, name, policy, uses_left, created_at, expires_at, revoked_at \
        FROM initial_access_token WHERE id = $1";
    TOKENS = "SELECT id, digest, name, policy, uses_left, created_at, expires_at, revoked_at \
        FROM initial_access_token WHERE id > $1 ORDER BY id LIMIT $2";
    INSERT_TOKEN = "INSERT INTO initial_access_token (id, digest, name, policy, uses_left, \
        created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    USE_TOKEN = "UPDATE initial_access_token SET uses_left = uses_left - 1 WHERE id = $1 \
        AND revoked_at IS NULL AND uses_left > 0 AND expires_at > $2";
    REVOKE_TOKEN = "UPDATE initial_access_token SET revoked_at = $2 WHERE id = $1 \
        AND revoked_at IS NULL";
    DROP_SECRETS = "DELETE FROM client_secret WHERE client_id = $1";
    UNUSED = "SELECT client_id FROM client_registration WHERE unused_until < $1 \
        AND NOT EXISTS (SELECT 1 FROM approval \
        WHERE approval.client_id = client_registration.client_id) \
        ORDER BY unused_until LIMIT 500";
    DELETE_UNUSED = "DELETE FROM client WHERE id = $1 AND NOT EXISTS \
        (SELECT 1 FROM approval WHERE approval.client_id = client.id)";
}

#[async_trait]
impl Registrations for Database {
    async fn registration(&self, client: &Id<Client>) -> Result<Option<Registration>> {
        let row = query(READ)
            .bind(client.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(registration).transpose()
    }

    async fn initial_access_token(
        &self,
        digest: Digest<secret::InitialAccessToken>,
    ) -> Result<Option<InitialAccessToken>> {
        let row = query(TOKEN)
            .bind(digest.as_bytes())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(token).transpose()
    }

    async fn initial_access_token_of_id(
        &self,
        id: &Id<InitialAccessToken>,
    ) -> Result<Option<InitialAccessToken>> {
        let row = query(TOKEN_OF_ID)
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(token).transpose()
    }

    async fn initial_access_tokens_after(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<Vec<InitialAccessToken>> {
        let rows = query(TOKENS)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(token).collect()
    }
}

/// Adds a client that came by itself. Of those that nothing but the settings permits there are `most`.
pub(super) async fn register(
    connection: &mut Connection,
    client: &Client,
    registration: &Registration,
    most: u32,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    if let Some(token) = &registration.initial_token {
        let used = query(USE_TOKEN)
            .bind(token.as_str())
            .bind(now.seconds())
            .execute(&mut *connection)
            .await?;
        if used.rows_affected() == 0 {
            return Ok(Administered::Missing);
        }
    }
    if registration.unused_until.is_some() {
        // Whoever else counts waits here: its row is ours until the end of the transaction.
        feed(connection, "client_registration", "*", now).await?;
        let row = query(COUNT).fetch_one(&mut *connection).await?;
        let count: i64 = row.try_get(0)?;
        if count >= i64::from(most) {
            return Ok(Administered::Full);
        }
    }
    let created = owned::create_client(connection, client, now).await?;
    if created != Administered::Done {
        return Ok(created);
    }
    let initial_token = registration.initial_token.as_ref();
    let policy = registration.policy.as_ref();
    query(INSERT)
        .bind(client.id.as_str())
        .bind(registration.token.map(|token| token.as_bytes().to_vec()))
        .bind(initial_token.map(|id| id.as_str().to_owned()))
        .bind(policy.map(|policy| serde_json::to_string(policy).unwrap_or_default()))
        .bind(serde_json::to_string(&registration.details).unwrap_or_default())
        .bind(registration.registered_at.seconds())
        .bind(registration.unused_until.map(Timestamp::seconds))
        .execute(connection)
        .await?;
    Ok(Administered::Done)
}

/// Changes a client that came by itself, with its secrets if they are others.
pub(super) async fn update(
    connection: &mut Connection,
    client: &Client,
    version: i64,
    details: &Details,
    secrets: Option<&[StoredSecret]>,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let updated = owned::update_client(connection, client, version, now).await?;
    if updated != Administered::Done {
        return Ok(updated);
    }
    if let Some(secrets) = secrets {
        query(DROP_SECRETS)
            .bind(client.id.as_str())
            .execute(&mut *connection)
            .await?;
        for secret in secrets {
            owned::create_secret(connection, &client.id, secret, now).await?;
        }
    }
    let updated = query(UPDATE)
        .bind(client.id.as_str())
        .bind(serde_json::to_string(details).unwrap_or_default())
        .execute(connection)
        .await?;
    Ok(found(updated.rows_affected(), Administered::Missing))
}

pub(super) async fn create_token(
    connection: &mut Connection,
    token: &InitialAccessToken,
) -> sqlx::Result<Administered> {
    query(INSERT_TOKEN)
        .bind(token.id.as_str())
        .bind(token.digest.as_bytes())
        .bind(token.name.as_str())
        .bind(serde_json::to_string(&token.policy).unwrap_or_default())
        .bind(i64::from(token.uses_left))
        .bind(token.created_at.seconds())
        .bind(token.expires_at.seconds())
        .execute(connection)
        .await?;
    Ok(Administered::Done)
}

pub(super) async fn revoke_token(
    connection: &mut Connection,
    id: &Id<InitialAccessToken>,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let revoked = query(REVOKE_TOKEN)
        .bind(id.as_str())
        .bind(now.seconds())
        .execute(connection)
        .await?;
    Ok(found(revoked.rows_affected(), Administered::Missing))
}

/// Forgets clients that came by themselves and that nobody has signed in to; how many.
pub(super) async fn purge_unused(database: &Database, now: Timestamp) -> Result<u64> {
    let rows = query(UNUSED)
        .bind(now.seconds())
        .fetch_all(&database.reader)
        .await?;
    let mut purged = 0;
    for row in rows {
        let client = text(&row, "client_id")?;
        let mut transaction = database.begin().await?;
        let deleted = query(DELETE_UNUSED)
            .bind(client.as_str())
            .execute(&mut *transaction)
            .await?;
        feed(&mut transaction, "client", &client, now).await?;
        transaction.commit().await?;
        purged += deleted.rows_affected();
    }
    Ok(purged)
}

fn registration(row: &Row) -> Result<Registration> {
    within("client_registration", &name(row, "client_id"), || {
        let policy: Option<String> = row.try_get("policy")?;
        let policy = policy.map(|text| serde_json::from_str(&text)).transpose();
        Ok(Registration {
            client: id(row, "client_id")?,
            token: optional_digest(row, "digest")?,
            initial_token: optional_id(row, "initial_token_id")?,
            policy: policy.map_err(|_| StorageError::corrupt("policy"))?,
            details: json(row, "details")?,
            registered_at: instant(row, "registered_at")?,
            unused_until: optional_instant(row, "unused_until")?,
        })
    })
}

fn token(row: &Row) -> Result<InitialAccessToken> {
    within("initial_access_token", OF_THIS_DIGEST, || {
        Ok(InitialAccessToken {
            id: id(row, "id")?,
            digest: digest(row, "digest")?,
            name: text(row, "name")?,
            policy: json(row, "policy")?,
            uses_left: number(row, "uses_left")?,
            created_at: instant(row, "created_at")?,
            expires_at: instant(row, "expires_at")?,
            revoked_at: optional_instant(row, "revoked_at")?,
        })
    })
}
