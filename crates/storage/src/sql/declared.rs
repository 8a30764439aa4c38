//! What a declared state has: read whole, written thing by thing.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    client::Client,
    id::Id,
    organization::Organization,
    role::{Role, RoleKey},
    subject::{Identifier, Subject},
    time::Timestamp,
};

use super::{
    Connection, Database, Row, acts_owned, changes::feed, clients::with_secrets, sessions,
};
use crate::{
    Applied, Declared, DeclaredSubject, Result, RoleGrant, StorageError,
    record::read::{id, json, name, optional_id, optional_instant, role_key, text, within},
};

statements! {
    ORGANIZATIONS = "SELECT id, name, disabled_at FROM organization ORDER BY id";
    ROLES = "SELECT key, name, organization_id FROM role ORDER BY key";
    CLIENTS = "SELECT id, organization_id, machine_id, metadata, disabled_at, origin FROM client \
        ORDER BY id";
    SUBJECTS = "SELECT id, organization_id, kind, username, profile, password_hash, disabled_at \
        FROM subject WHERE id > $1 ORDER BY id LIMIT $2";
    SUBJECT = "SELECT id, organization_id, kind, username, profile, password_hash, disabled_at \
        FROM subject WHERE id = $1";
    SUBJECT_BY_NAME = "SELECT subject.id, organization_id, kind, username, profile, \
        password_hash, disabled_at FROM subject \
        JOIN identifier ON identifier.subject_id = subject.id WHERE identifier.canonical = $1";
    IDENTIFIERS = "SELECT canonical FROM identifier WHERE subject_id = $1 ORDER BY canonical";
    GRANTS = "SELECT subject_id, organization_id, role_key, expires_at FROM role_grant \
        WHERE subject_id >= $1 AND subject_id <= $2 \
        ORDER BY subject_id, organization_id, role_key";
    PUT_ORGANIZATION = "INSERT INTO organization (id, name, created_at, disabled_at) \
        VALUES ($1, $2, $3, $4) \
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, disabled_at = excluded.disabled_at, \
        version = organization.version + 1";
    PUT_ROLE = "INSERT INTO role (key, name, organization_id) VALUES ($1, $2, $3) \
        ON CONFLICT (key) DO UPDATE SET name = excluded.name, \
        organization_id = excluded.organization_id, version = role.version + 1";
    PUT_SUBJECT = "INSERT INTO subject (id, organization_id, kind, username, profile, \
        password_hash, created_at, updated_at, disabled_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8) \
        ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, \
        kind = excluded.kind, username = excluded.username, profile = excluded.profile, \
        password_hash = excluded.password_hash, updated_at = excluded.updated_at, \
        disabled_at = excluded.disabled_at, version = subject.version + 1";
    INSERT_SUBJECT = "INSERT INTO subject (id, organization_id, kind, username, profile, \
        password_hash, created_at, updated_at, disabled_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)";
    RELEASE_IDENTIFIERS = "DELETE FROM identifier WHERE subject_id = $1";
    CLAIM_IDENTIFIER = "INSERT INTO identifier (canonical, subject_id) VALUES ($1, $2) \
        ON CONFLICT (canonical) DO UPDATE SET subject_id = excluded.subject_id \
        WHERE identifier.subject_id = excluded.subject_id";
    REVOKE_GRANTS = "DELETE FROM role_grant WHERE subject_id = $1 AND organization_id = $2";
    GRANT = "INSERT INTO role_grant (subject_id, organization_id, role_key, expires_at) \
        VALUES ($1, $2, $3, $4) \
        ON CONFLICT (subject_id, organization_id, role_key) DO NOTHING";
    PUT_CLIENT = "INSERT INTO client (id, organization_id, machine_id, metadata, created_at, \
        updated_at, disabled_at) VALUES ($1, $2, $3, $4, $5, $5, $6) \
        ON CONFLICT (id) DO UPDATE SET organization_id = excluded.organization_id, \
        machine_id = excluded.machine_id, metadata = excluded.metadata, \
        updated_at = excluded.updated_at, disabled_at = excluded.disabled_at, \
        version = client.version + 1";
    DROP_SECRETS = "DELETE FROM client_secret WHERE client_id = $1";
    PUT_SECRET = "INSERT INTO client_secret (client_id, digest, created_at, expires_at, sealed) \
        VALUES ($1, $2, $3, $4, $5) ON CONFLICT (client_id, digest) DO NOTHING";
}

#[async_trait]
impl Declared for Database {
    async fn organizations(&self) -> Result<Vec<Organization>> {
        let rows = query(ORGANIZATIONS).fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| {
                within("organization", &name(row, "id"), || {
                    Ok(Organization {
                        id: id(row, "id")?,
                        name: text(row, "name")?,
                        disabled_at: optional_instant(row, "disabled_at")?,
                    })
                })
            })
            .collect()
    }

    async fn roles(&self) -> Result<Vec<Role>> {
        let rows = query(ROLES).fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| within("role", &name(row, "key"), || role(row)))
            .collect()
    }

    async fn clients(&self) -> Result<Vec<Client>> {
        let rows = query(CLIENTS).fetch_all(&self.reader).await?;
        let mut clients = Vec::with_capacity(rows.len());
        for row in &rows {
            clients.push(with_secrets(self, row).await?);
        }
        Ok(clients)
    }

    async fn subjects_after(&self, after: &str, limit: u32) -> Result<Vec<DeclaredSubject>> {
        let rows = query(SUBJECTS)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        let mut subjects = Vec::with_capacity(rows.len());
        for row in &rows {
            subjects.push(declared_subject(self, row).await?);
        }
        Ok(subjects)
    }

    async fn role_grants_between(&self, first: &str, last: &str) -> Result<Vec<RoleGrant>> {
        let rows = query(GRANTS)
            .bind(first)
            .bind(last)
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .map(|row| {
                within("role_grant", &name(row, "subject_id"), || {
                    Ok(RoleGrant {
                        subject: id(row, "subject_id")?,
                        organization: id(row, "organization_id")?,
                        role: role_key(row, "role_key")?,
                        expires_at: optional_instant(row, "expires_at")?,
                    })
                })
            })
            .collect()
    }

    async fn declared_subject(&self, identifier: &Identifier) -> Result<Option<DeclaredSubject>> {
        let row = query(SUBJECT_BY_NAME)
            .bind(identifier.as_str())
            .fetch_optional(&self.reader)
            .await?;
        match row {
            None => Ok(None),
            Some(row) => declared_subject(self, &row).await.map(Some),
        }
    }

    async fn declared_subject_by_id(&self, id: &Id<Subject>) -> Result<Option<DeclaredSubject>> {
        match query(SUBJECT)
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?
        {
            None => Ok(None),
            Some(row) => declared_subject(self, &row).await.map(Some),
        }
    }

    async fn put_organization(&self, organization: &Organization, now: Timestamp) -> Result<()> {
        let mut transaction = self.begin().await?;
        query(PUT_ORGANIZATION)
            .bind(organization.id.as_str())
            .bind(organization.name.as_str())
            .bind(now.seconds())
            .bind(organization.disabled_at.map(Timestamp::seconds))
            .execute(&mut *transaction)
            .await?;
        if organization.disabled_at.is_some() {
            acts_owned::end_sessions_in(&mut transaction, organization.id.as_str(), now).await?;
        }
        feed(
            &mut transaction,
            "organization",
            organization.id.as_str(),
            now,
        )
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn put_role(&self, role: &Role, now: Timestamp) -> Result<()> {
        let organization = role.organization.as_ref();
        let mut transaction = self.begin().await?;
        query(PUT_ROLE)
            .bind(role.key.as_str())
            .bind(role.name.as_str())
            .bind(organization.map(|id| id.as_str().to_owned()))
            .execute(&mut *transaction)
            .await?;
        feed(&mut transaction, "policy", "role", now).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn put_subject(&self, subject: &DeclaredSubject, now: Timestamp) -> Result<Applied> {
        let mut transaction = self.begin().await?;
        write_subject(&mut transaction, PUT_SUBJECT, subject, now).await?;
        query(RELEASE_IDENTIFIERS)
            .bind(subject.id.as_str())
            .execute(&mut *transaction)
            .await?;
        if !claim_identifiers(&mut transaction, subject).await? {
            transaction.rollback().await?;
            return Ok(Applied::Conflict);
        }
        if subject.disabled_at.is_some() {
            sessions::end_all(&mut transaction, subject.id.as_str(), now).await?;
        }
        feed(&mut transaction, "subject", subject.id.as_str(), now).await?;
        transaction.commit().await?;
        Ok(Applied::Done)
    }

    async fn put_role_grants(
        &self,
        subject: &Id<Subject>,
        organization: &Id<Organization>,
        roles: &[(RoleKey, Option<Timestamp>)],
        now: Timestamp,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        query(REVOKE_GRANTS)
            .bind(subject.as_str())
            .bind(organization.as_str())
            .execute(&mut *transaction)
            .await?;
        for (role, end) in roles {
            query(GRANT)
                .bind(subject.as_str())
                .bind(organization.as_str())
                .bind(role.as_str())
                .bind(end.map(Timestamp::seconds))
                .execute(&mut *transaction)
                .await?;
        }
        feed(&mut transaction, "subject", subject.as_str(), now).await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn put_client(&self, client: &Client, now: Timestamp) -> Result<()> {
        let mut transaction = self.begin().await?;
        query(PUT_CLIENT)
            .bind(client.id.as_str())
            .bind(
                client
                    .organization
                    .as_ref()
                    .map(|id| id.as_str().to_owned()),
            )
            .bind(client.machine.as_ref().map(|id| id.as_str().to_owned()))
            .bind(serde_json::to_string(&client.metadata).unwrap_or_default())
            .bind(now.seconds())
            .bind(client.disabled_at.map(Timestamp::seconds))
            .execute(&mut *transaction)
            .await?;
        query(DROP_SECRETS)
            .bind(client.id.as_str())
            .execute(&mut *transaction)
            .await?;
        for secret in &client.secrets {
            query(PUT_SECRET)
                .bind(client.id.as_str())
                .bind(secret.digest.as_bytes())
                .bind(now.seconds())
                .bind(secret.expires_at.map(Timestamp::seconds))
                .bind(secret.sealed())
                .execute(&mut *transaction)
                .await?;
        }
        feed(&mut transaction, "client", client.id.as_str(), now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// A role, whatever it was read for.
pub(super) fn role(row: &Row) -> Result<Role> {
    Ok(Role {
        key: role_key(row, "key")?,
        name: text(row, "name")?,
        organization: optional_id(row, "organization_id")?,
    })
}

/// Adds a subject that must be new.
pub(super) async fn insert_subject(
    connection: &mut Connection,
    subject: &DeclaredSubject,
    now: Timestamp,
) -> sqlx::Result<()> {
    write_subject(connection, INSERT_SUBJECT, subject, now).await
}

/// Gives a subject its names; false when one of them is another's.
pub(super) async fn claim_identifiers(
    connection: &mut Connection,
    subject: &DeclaredSubject,
) -> sqlx::Result<bool> {
    // In one order, so that two who want the same names do not wait for each other.
    let mut identifiers: Vec<_> = subject.identifiers.iter().collect();
    identifiers.sort();
    for identifier in identifiers {
        let claimed = query(CLAIM_IDENTIFIER)
            .bind(identifier.as_str())
            .bind(subject.id.as_str())
            .execute(&mut *connection)
            .await?;
        if claimed.rows_affected() == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn write_subject(
    connection: &mut Connection,
    statement: &'static str,
    subject: &DeclaredSubject,
    now: Timestamp,
) -> sqlx::Result<()> {
    query(statement)
        .bind(subject.id.as_str())
        .bind(subject.organization.as_str())
        .bind(if subject.machine { "machine" } else { "person" })
        .bind(subject.username.as_str())
        .bind(serde_json::to_string(&subject.profile).unwrap_or_default())
        .bind(subject.password_hash.as_deref())
        .bind(now.seconds())
        .bind(subject.disabled_at.map(Timestamp::seconds))
        .execute(connection)
        .await?;
    Ok(())
}

/// The subject of a row, with its names.
pub(super) async fn declared_subject(database: &Database, row: &Row) -> Result<DeclaredSubject> {
    let name = name(row, "id");
    let identifiers = query(IDENTIFIERS)
        .bind(name.as_str())
        .fetch_all(&database.reader)
        .await?;
    let identifier = |row: &Row| {
        let canonical = text(row, "canonical")?;
        Identifier::parse(&canonical).map_err(|_| StorageError::corrupt("canonical"))
    };
    let identifiers = within("identifier", &name, || {
        identifiers.iter().map(identifier).collect()
    })?;
    within("subject", &name, || subject_of(row, identifiers))
}

/// The subject of a row that answers to these names.
pub(super) fn subject_of(row: &Row, identifiers: Vec<Identifier>) -> Result<DeclaredSubject> {
    Ok(DeclaredSubject {
        id: id(row, "id")?,
        organization: id(row, "organization_id")?,
        machine: match text(row, "kind")?.as_str() {
            "machine" => true,
            "person" => false,
            _ => return Err(StorageError::corrupt("kind")),
        },
        username: text(row, "username")?,
        identifiers,
        profile: json(row, "profile")?,
        password_hash: row.try_get("password_hash")?,
        disabled_at: optional_instant(row, "disabled_at")?,
    })
}
