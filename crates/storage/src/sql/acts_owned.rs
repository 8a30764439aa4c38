//! Acts upon organizations, and upon what they own: subjects, clients, secrets.

use sqlx::query;
use symbolon_core::{
    client::{Client, StoredSecret},
    id::Id,
    organization::Organization,
    secret::{ClientSecret, Digest},
    subject::Subject,
    time::Timestamp,
};

use super::{
    Connection,
    acts::{found, settled, versioned},
    changes::feed,
    declared, sessions,
};
use crate::{Administered, DeclaredSubject};

statements! {
    CREATE_ORGANIZATION = "INSERT INTO organization (id, name, created_at, disabled_at) \
        VALUES ($1, $2, $3, $4) ON CONFLICT (id) DO NOTHING";
    UPDATE_ORGANIZATION = "UPDATE organization SET name = $3, disabled_at = $4, \
        version = version + 1 WHERE id = $1 AND version = $2";
    END_SESSIONS_IN = "UPDATE session SET ended_at = $2 WHERE ended_at IS NULL \
        AND subject_id IN (SELECT id FROM subject WHERE organization_id = $1) RETURNING id";
    REVOKE_IN = "UPDATE approval SET revoked_at = $2 WHERE revoked_at IS NULL \
        AND subject_id IN (SELECT id FROM subject WHERE organization_id = $1)";
    FEED_REVOKED_IN = "INSERT INTO change_feed (noun, key, version, changed_at) \
        SELECT 'approval', id, $2, $2 FROM approval WHERE revoked_at = $2 \
        AND subject_id IN (SELECT id FROM subject WHERE organization_id = $1) ORDER BY id \
        ON CONFLICT (noun, key) DO UPDATE \
        SET version = change_feed.version + 1, changed_at = excluded.changed_at";
    DELETE_ORGANIZATION = "DELETE FROM organization WHERE id = $1 AND version = $2";
    ORGANIZATION_EXISTS = "SELECT 1 FROM organization WHERE id = $1";
    UPDATE_SUBJECT = "UPDATE subject SET username = $3, profile = $4, password_hash = $5, \
        updated_at = $6, disabled_at = $7, version = version + 1 WHERE id = $1 AND version = $2";
    RELEASE_IDENTIFIERS = "DELETE FROM identifier WHERE subject_id = $1";
    DELETE_SUBJECT = "DELETE FROM subject WHERE id = $1 AND version = $2";
    SUBJECT_EXISTS = "SELECT 1 FROM subject WHERE id = $1";
    CREATE_CLIENT = "INSERT INTO client (id, organization_id, machine_id, metadata, created_at, \
        updated_at, disabled_at, origin) VALUES ($1, $2, $3, $4, $5, $5, $6, $7) \
        ON CONFLICT (id) DO NOTHING";
    UPDATE_CLIENT = "UPDATE client SET machine_id = $3, metadata = $4, updated_at = $5, \
        disabled_at = $6, version = version + 1 WHERE id = $1 AND version = $2";
    TOUCH_CLIENT = "UPDATE client SET updated_at = $3, version = version + 1 \
        WHERE id = $1 AND version = $2";
    CREATE_SECRET = "INSERT INTO client_secret (client_id, digest, created_at, expires_at, sealed) \
        VALUES ($1, $2, $3, $4, $5)";
    END_SECRETS = "UPDATE client_secret SET expires_at = $2 \
        WHERE client_id = $1 AND (expires_at IS NULL OR expires_at > $2)";
    DELETE_SECRET = "DELETE FROM client_secret WHERE client_id = $1 AND digest = $2";
    DELETE_CLIENT = "DELETE FROM client WHERE id = $1 AND version = $2";
    CLIENT_EXISTS = "SELECT 1 FROM client WHERE id = $1";
}

/// What [`delete`] deletes.
#[derive(Clone, Copy)]
pub(super) enum Owned<'a> {
    Organization(&'a Id<Organization>),
    Subject(&'a Id<Subject>),
    Client(&'a Id<Client>),
}

pub(super) async fn create_organization(
    connection: &mut Connection,
    organization: &Organization,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let created = query(CREATE_ORGANIZATION)
        .bind(organization.id.as_str())
        .bind(organization.name.as_str())
        .bind(now.seconds())
        .bind(organization.disabled_at.map(Timestamp::seconds))
        .execute(&mut *connection)
        .await?;
    feed(connection, "organization", organization.id.as_str(), now).await?;
    Ok(found(created.rows_affected(), Administered::Taken))
}

pub(super) async fn update_organization(
    connection: &mut Connection,
    organization: &Organization,
    version: i64,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let id = organization.id.as_str();
    let updated = query(UPDATE_ORGANIZATION)
        .bind(id)
        .bind(version)
        .bind(organization.name.as_str())
        .bind(organization.disabled_at.map(Timestamp::seconds))
        .execute(&mut *connection)
        .await?;
    if organization.disabled_at.is_some() {
        end_sessions_in(connection, id, now).await?;
    }
    feed(connection, "organization", id, now).await?;
    settled(connection, updated.rows_affected(), ORGANIZATION_EXISTS, id).await
}

/// Ends the sessions of all people of an organization.
pub(super) async fn end_sessions_in(
    connection: &mut Connection,
    organization: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    let statements = [END_SESSIONS_IN, REVOKE_IN, FEED_REVOKED_IN];
    sessions::end_in(connection, statements, organization, now).await
}

pub(super) async fn create_subject(
    connection: &mut Connection,
    subject: &DeclaredSubject,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    declared::insert_subject(connection, subject, now).await?;
    if !declared::claim_identifiers(connection, subject).await? {
        return Ok(Administered::Taken);
    }
    feed(connection, "subject", subject.id.as_str(), now).await?;
    Ok(Administered::Done)
}

pub(super) async fn update_subject(
    connection: &mut Connection,
    subject: &DeclaredSubject,
    version: i64,
    end_sessions: bool,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let id = subject.id.as_str();
    let updated = query(UPDATE_SUBJECT)
        .bind(id)
        .bind(version)
        .bind(subject.username.as_str())
        .bind(serde_json::to_string(&subject.profile).unwrap_or_default())
        .bind(subject.password_hash.as_deref())
        .bind(now.seconds())
        .bind(subject.disabled_at.map(Timestamp::seconds))
        .execute(&mut *connection)
        .await?;
    if updated.rows_affected() == 0 {
        return settled(connection, 0, SUBJECT_EXISTS, id).await;
    }
    query(RELEASE_IDENTIFIERS)
        .bind(id)
        .execute(&mut *connection)
        .await?;
    if !declared::claim_identifiers(connection, subject).await? {
        return Ok(Administered::Taken);
    }
    if end_sessions {
        sessions::end_all(connection, id, now).await?;
    }
    feed(connection, "subject", id, now).await?;
    Ok(Administered::Done)
}

pub(super) async fn create_client(
    connection: &mut Connection,
    client: &Client,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let organization = client.organization.as_ref();
    let created = query(CREATE_CLIENT)
        .bind(client.id.as_str())
        .bind(organization.map(|id| id.as_str().to_owned()))
        .bind(client.machine.as_ref().map(|id| id.as_str().to_owned()))
        .bind(serde_json::to_string(&client.metadata).unwrap_or_default())
        .bind(now.seconds())
        .bind(client.disabled_at.map(Timestamp::seconds))
        .bind(origin(client))
        .execute(&mut *connection)
        .await?;
    if created.rows_affected() == 0 {
        return Ok(Administered::Taken);
    }
    for secret in &client.secrets {
        create_secret(connection, &client.id, secret, now).await?;
    }
    feed(connection, "client", client.id.as_str(), now).await?;
    Ok(Administered::Done)
}

pub(super) async fn update_client(
    connection: &mut Connection,
    client: &Client,
    version: i64,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let id = client.id.as_str();
    let updated = query(UPDATE_CLIENT)
        .bind(id)
        .bind(version)
        .bind(client.machine.as_ref().map(|id| id.as_str().to_owned()))
        .bind(serde_json::to_string(&client.metadata).unwrap_or_default())
        .bind(now.seconds())
        .bind(client.disabled_at.map(Timestamp::seconds))
        .execute(&mut *connection)
        .await?;
    feed(connection, "client", id, now).await?;
    settled(connection, updated.rows_affected(), CLIENT_EXISTS, id).await
}

pub(super) async fn add_secret(
    connection: &mut Connection,
    client: &Id<Client>,
    version: i64,
    secret: &StoredSecret,
    others_end: Timestamp,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let touched = touch_client(connection, client, version, now).await?;
    if touched == 0 {
        return settled(connection, 0, CLIENT_EXISTS, client.as_str()).await;
    }
    query(END_SECRETS)
        .bind(client.as_str())
        .bind(others_end.seconds())
        .execute(&mut *connection)
        .await?;
    create_secret(connection, client, secret, now).await?;
    Ok(Administered::Done)
}

pub(super) async fn remove_secret(
    connection: &mut Connection,
    client: &Id<Client>,
    version: i64,
    secret: Digest<ClientSecret>,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let touched = touch_client(connection, client, version, now).await?;
    if touched == 0 {
        return settled(connection, 0, CLIENT_EXISTS, client.as_str()).await;
    }
    let deleted = query(DELETE_SECRET)
        .bind(client.as_str())
        .bind(secret.as_bytes())
        .execute(connection)
        .await?;
    Ok(found(deleted.rows_affected(), Administered::Missing))
}

async fn touch_client(
    connection: &mut Connection,
    client: &Id<Client>,
    version: i64,
    now: Timestamp,
) -> sqlx::Result<u64> {
    let touched = query(TOUCH_CLIENT)
        .bind(client.as_str())
        .bind(version)
        .bind(now.seconds())
        .execute(&mut *connection)
        .await?;
    feed(connection, "client", client.as_str(), now).await?;
    Ok(touched.rows_affected())
}

/// An operator's has none.
fn origin(client: &Client) -> Option<&'static str> {
    let origin = client.origin;
    origin.is_own_word().then_some(origin.as_str())
}

pub(super) async fn create_secret(
    connection: &mut Connection,
    client: &Id<Client>,
    secret: &StoredSecret,
    now: Timestamp,
) -> sqlx::Result<()> {
    query(CREATE_SECRET)
        .bind(client.as_str())
        .bind(secret.digest.as_bytes())
        .bind(now.seconds())
        .bind(secret.expires_at.map(Timestamp::seconds))
        .bind(secret.sealed())
        .execute(connection)
        .await?;
    Ok(())
}

/// Deletes what other instances keep in memory under the name of its table.
pub(super) async fn delete(
    connection: &mut Connection,
    owned: Owned<'_>,
    version: i64,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let (noun, name, statement, exists) = match owned {
        Owned::Organization(id) => (
            "organization",
            id.as_str(),
            DELETE_ORGANIZATION,
            ORGANIZATION_EXISTS,
        ),
        Owned::Subject(id) => ("subject", id.as_str(), DELETE_SUBJECT, SUBJECT_EXISTS),
        Owned::Client(id) => ("client", id.as_str(), DELETE_CLIENT, CLIENT_EXISTS),
    };
    feed(connection, noun, name, now).await?;
    let deleted = versioned(connection, statement, name, version).await?;
    settled(connection, deleted, exists, name).await
}
