//! What administrators look at: page by page, each behind the last of the one before.

use sqlx::{Row as _, query};
use symbolon_core::{
    client::{Client, StoredSecret},
    id::Id,
    organization::Organization,
    policy::{api::Api, relation::Relation},
    role::{Role, RoleKey},
    session::Session,
    subject::Subject,
    time::Timestamp,
    token::personal::PersonalAccessToken,
};

use super::{Database, Row, clients, declared, personal_tokens, policies, sessions};
use crate::{
    DeclaredSubject, PageOf, Result, RoleGrant, SecretRecord, Stored, SubjectFilter,
    record::read::{
        digest, id, instant, json, name, optional_id, optional_instant, role_key, text, within,
    },
};

statements! {
    ORGANIZATIONS = "SELECT id, name, created_at, disabled_at, version FROM organization \
        WHERE id > $1 ORDER BY id LIMIT $2";
    ORGANIZATION = "SELECT id, name, created_at, disabled_at, version FROM organization \
        WHERE id = $1";
    SUBJECTS = "SELECT id, organization_id, kind, username, profile, password_hash, created_at, \
        disabled_at, version FROM subject WHERE kind = $1 \
        AND (organization_id > $2 OR (organization_id = $2 AND id > $3)) \
        AND ($4 = '' OR id IN (SELECT subject_id FROM identifier \
            WHERE canonical LIKE $4 ESCAPE '!')) \
        AND ($5 = 0 OR ($5 = 1 AND disabled_at IS NOT NULL) OR ($5 = 2 AND disabled_at IS NULL)) \
        ORDER BY organization_id, id LIMIT $6";
    SUBJECTS_IN = "SELECT id, organization_id, kind, username, profile, password_hash, created_at, \
        disabled_at, version FROM subject WHERE kind = $1 \
        AND organization_id = $2 AND id > $3 \
        AND ($4 = '' OR id IN (SELECT subject_id FROM identifier \
            WHERE canonical LIKE $4 ESCAPE '!')) \
        AND ($5 = 0 OR ($5 = 1 AND disabled_at IS NOT NULL) OR ($5 = 2 AND disabled_at IS NULL)) \
        ORDER BY id LIMIT $6";
    SUBJECT = "SELECT id, organization_id, kind, username, profile, password_hash, created_at, \
        disabled_at, version FROM subject WHERE id = $1";
    CLIENTS = "SELECT id, organization_id, machine_id, metadata, created_at, disabled_at, origin, \
        version FROM client WHERE COALESCE(organization_id, '') > $1 \
        OR (COALESCE(organization_id, '') = $1 AND id > $2) \
        ORDER BY COALESCE(organization_id, ''), id LIMIT $3";
    CLIENTS_IN = "SELECT id, organization_id, machine_id, metadata, created_at, disabled_at, \
        origin, version FROM client WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    CLIENT = "SELECT id, organization_id, machine_id, metadata, created_at, disabled_at, origin, \
        version FROM client WHERE id = $1";
    SECRETS = "SELECT digest, created_at, expires_at FROM client_secret WHERE client_id = $1 \
        ORDER BY created_at, digest";
    ROLES = "SELECT key, name, organization_id, version FROM role WHERE key > $1 \
        ORDER BY key LIMIT $2";
    ROLES_IN = "SELECT key, name, organization_id, version FROM role WHERE key > $1 \
        AND (organization_id IS NULL OR organization_id = $3) ORDER BY key LIMIT $2";
    ROLE = "SELECT key, name, organization_id, version FROM role WHERE key = $1";
    GRANTS_IN = "SELECT subject_id, organization_id, role_key, expires_at FROM role_grant \
        WHERE organization_id = $1 AND ($2 = '' OR role_key = $2) \
        AND (subject_id > $3 OR (subject_id = $3 AND role_key > $4)) \
        ORDER BY subject_id, role_key LIMIT $5";
    GRANTS_OF = "SELECT subject_id, organization_id, role_key, expires_at FROM role_grant \
        WHERE subject_id = $1 \
        AND (organization_id > $2 OR (organization_id = $2 AND role_key > $3)) \
        ORDER BY organization_id, role_key LIMIT $4";
    HOLDERS = "SELECT role_grant.subject_id FROM role_grant \
        JOIN subject ON subject.id = role_grant.subject_id \
        JOIN organization ON organization.id = subject.organization_id \
        WHERE role_grant.organization_id = $1 AND role_grant.role_key = $2 \
        AND role_grant.expires_at IS NULL AND role_grant.subject_id > $3 \
        AND subject.disabled_at IS NULL AND organization.disabled_at IS NULL \
        ORDER BY role_grant.subject_id LIMIT $4";
    GRANTED = "SELECT DISTINCT subject_id FROM role_grant WHERE subject_id > $1 \
        ORDER BY subject_id LIMIT $2";
    COUNTING = "SELECT role_grant.subject_id, role_grant.organization_id, role_grant.role_key, \
        role_grant.expires_at FROM role_grant \
        JOIN subject ON subject.id = role_grant.subject_id \
        JOIN organization home ON home.id = subject.organization_id \
        JOIN organization place ON place.id = role_grant.organization_id \
        WHERE role_grant.subject_id > $1 AND role_grant.subject_id <= $2 \
        AND subject.disabled_at IS NULL AND home.disabled_at IS NULL \
        AND place.disabled_at IS NULL ORDER BY role_grant.subject_id";
    RELATIONS = "SELECT manager_id, held_role, managed_id, acting_role FROM organization_relation \
        WHERE manager_id > $1 OR (manager_id = $1 AND (held_role > $2 OR (held_role = $2 \
        AND (managed_id > $3 OR (managed_id = $3 AND acting_role > $4))))) \
        ORDER BY manager_id, held_role, managed_id, acting_role LIMIT $5";
    RELATIONS_OF = "SELECT manager_id, held_role, managed_id, acting_role \
        FROM organization_relation \
        WHERE (manager_id > $1 OR (manager_id = $1 AND (held_role > $2 OR (held_role = $2 \
        AND (managed_id > $3 OR (managed_id = $3 AND acting_role > $4)))))) \
        AND (manager_id = $6 OR managed_id = $6) \
        ORDER BY manager_id, held_role, managed_id, acting_role LIMIT $5";
    APIS = "SELECT audience, document, version, created_at FROM api WHERE audience > $1 \
        ORDER BY audience LIMIT $2";
    API = "SELECT audience, document, version, created_at FROM api WHERE audience = $1";
    TOKEN = "SELECT * FROM personal_access_token WHERE id = $1";
    SESSIONS = "SELECT id, subject_id, authenticated_at, methods, created_at, seen_at, ended_at \
        FROM session WHERE subject_id = $1 AND id > $2 ORDER BY id LIMIT $3";
}

pub(super) async fn organizations_after(
    database: &Database,
    after: &str,
    limit: u32,
) -> Result<Vec<Stored<Organization>>> {
    let rows = query(ORGANIZATIONS)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&database.reader)
        .await?;
    rows.iter().map(read_organization).collect()
}

pub(super) async fn organization(
    database: &Database,
    id: &Id<Organization>,
) -> Result<Option<Stored<Organization>>> {
    let row = query(ORGANIZATION)
        .bind(id.as_str())
        .fetch_optional(&database.reader)
        .await?;
    row.as_ref().map(read_organization).transpose()
}

pub(super) async fn subjects(
    database: &Database,
    filter: SubjectFilter<'_>,
    page: PageOf<'_>,
) -> Result<Vec<Stored<DeclaredSubject>>> {
    let (statement, place) = match page.organization {
        None => (SUBJECTS, page.after.0),
        Some(organization) => (SUBJECTS_IN, organization.as_str()),
    };
    let rows = query(statement)
        .bind(if filter.machines { "machine" } else { "person" })
        .bind(place)
        .bind(page.after.1)
        .bind(beginning_with(filter.name))
        .bind(match filter.disabled {
            None => 0_i64,
            Some(true) => 1,
            Some(false) => 2,
        })
        .bind(i64::from(page.limit))
        .fetch_all(&database.reader)
        .await?;
    let read = |row: &Row| {
        stored("subject", row, "id", || {
            declared::subject_of(row, Vec::new())
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn subject(
    database: &Database,
    id: &Id<Subject>,
) -> Result<Option<Stored<DeclaredSubject>>> {
    match query(SUBJECT)
        .bind(id.as_str())
        .fetch_optional(&database.reader)
        .await?
    {
        None => Ok(None),
        Some(row) => read_subject(database, &row).await.map(Some),
    }
}

pub(super) async fn clients(database: &Database, page: PageOf<'_>) -> Result<Vec<Stored<Client>>> {
    let (statement, place) = match page.organization {
        None => (CLIENTS, page.after.0),
        Some(organization) => (CLIENTS_IN, organization.as_str()),
    };
    let rows = query(statement)
        .bind(place)
        .bind(page.after.1)
        .bind(i64::from(page.limit))
        .fetch_all(&database.reader)
        .await?;
    let read = |row: &Row| {
        stored("client", row, "id", || {
            Ok(Client {
                id: id(row, "id")?,
                organization: optional_id(row, "organization_id")?,
                machine: optional_id(row, "machine_id")?,
                metadata: json(row, "metadata")?,
                disabled_at: optional_instant(row, "disabled_at")?,
                origin: clients::origin(row)?,
                secrets: Vec::new(),
            })
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn client(
    database: &Database,
    id: &Id<Client>,
) -> Result<Option<(Stored<Client>, Vec<SecretRecord>)>> {
    let row = query(CLIENT)
        .bind(id.as_str())
        .fetch_optional(&database.reader)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let client = clients::with_secrets(database, &row).await?;
    let secrets = query(SECRETS)
        .bind(id.as_str())
        .fetch_all(&database.reader)
        .await?;
    let secrets = within("client_secret", id.as_str(), || {
        secrets.iter().map(secret).collect()
    })?;
    let client = stored("client", &row, "id", || Ok(client))?;
    Ok(Some((client, secrets)))
}

pub(super) async fn roles_after(
    database: &Database,
    organization: Option<&Id<Organization>>,
    after: &str,
    limit: u32,
) -> Result<Vec<Stored<Role>>> {
    let statement = if organization.is_some() {
        ROLES_IN
    } else {
        ROLES
    };
    let mut statement = query(statement).bind(after).bind(i64::from(limit));
    if let Some(organization) = organization {
        statement = statement.bind(organization.as_str());
    }
    let rows = statement.fetch_all(&database.reader).await?;
    rows.iter().map(read_role).collect()
}

pub(super) async fn role(database: &Database, key: &RoleKey) -> Result<Option<Stored<Role>>> {
    let row = query(ROLE)
        .bind(key.as_str())
        .fetch_optional(&database.reader)
        .await?;
    row.as_ref().map(read_role).transpose()
}

pub(super) async fn grants_in(
    database: &Database,
    organization: &Id<Organization>,
    role: Option<&RoleKey>,
    after: (&str, &str),
    limit: u32,
) -> Result<Vec<RoleGrant>> {
    let rows = query(GRANTS_IN)
        .bind(organization.as_str())
        .bind(role.map_or("", RoleKey::as_str))
        .bind(after.0)
        .bind(after.1)
        .bind(i64::from(limit))
        .fetch_all(&database.reader)
        .await?;
    rows.iter().map(grant).collect()
}

pub(super) async fn grants_of(
    database: &Database,
    subject: &Id<Subject>,
    after: (&str, &str),
    limit: u32,
) -> Result<Vec<RoleGrant>> {
    let rows = query(GRANTS_OF)
        .bind(subject.as_str())
        .bind(after.0)
        .bind(after.1)
        .bind(i64::from(limit))
        .fetch_all(&database.reader)
        .await?;
    rows.iter().map(grant).collect()
}

pub(super) async fn permanent_holders(
    database: &Database,
    organization: &Id<Organization>,
    role: &RoleKey,
    after: &str,
    limit: u32,
) -> Result<Vec<Id<Subject>>> {
    let rows = query(HOLDERS)
        .bind(organization.as_str())
        .bind(role.as_str())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&database.reader)
        .await?;
    rows.iter().map(|row| id(row, "subject_id")).collect()
}

pub(super) async fn counting_grants(
    database: &Database,
    after: &str,
    limit: u32,
) -> Result<(Vec<RoleGrant>, Option<Id<Subject>>)> {
    let subjects = query(GRANTED)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&database.reader)
        .await?;
    let Some(last) = subjects.last() else {
        return Ok((Vec::new(), None));
    };
    let last: Id<Subject> = id(last, "subject_id")?;
    let rows = query(COUNTING)
        .bind(after)
        .bind(last.as_str())
        .fetch_all(&database.reader)
        .await?;
    let grants = rows.iter().map(grant).collect::<Result<_>>()?;
    Ok((grants, Some(last)))
}

pub(super) async fn relations_after(
    database: &Database,
    organization: Option<&Id<Organization>>,
    after: [&str; 4],
    limit: u32,
) -> Result<Vec<Relation>> {
    let statement = match organization {
        None => RELATIONS,
        Some(_) => RELATIONS_OF,
    };
    let mut statement = query(statement);
    for part in after {
        statement = statement.bind(part.to_owned());
    }
    statement = statement.bind(i64::from(limit));
    if let Some(organization) = organization {
        statement = statement.bind(organization.as_str());
    }
    let rows = statement.fetch_all(&database.reader).await?;
    rows.iter().map(policies::relation).collect()
}

pub(super) async fn apis_after(
    database: &Database,
    after: &str,
    limit: u32,
) -> Result<Vec<Stored<Api>>> {
    let rows = query(APIS)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&database.reader)
        .await?;
    rows.iter().map(read_api).collect()
}

pub(super) async fn api(database: &Database, audience: &Id<Api>) -> Result<Option<Stored<Api>>> {
    let row = query(API)
        .bind(audience.as_str())
        .fetch_optional(&database.reader)
        .await?;
    row.as_ref().map(read_api).transpose()
}

pub(super) async fn personal_token(
    database: &Database,
    id: &Id<PersonalAccessToken>,
) -> Result<Option<(PersonalAccessToken, Option<Timestamp>)>> {
    let row = query(TOKEN)
        .bind(id.as_str())
        .fetch_optional(&database.reader)
        .await?;
    let read = |row: &Row| {
        let used = optional_instant(row, "last_used_at")?;
        Ok((personal_tokens::token(row)?, used))
    };
    row.as_ref().map(read).transpose()
}

pub(super) async fn sessions_of(
    database: &Database,
    subject: &Id<Subject>,
    after: &str,
    limit: u32,
) -> Result<Vec<Session>> {
    let rows = query(SESSIONS)
        .bind(subject.as_str())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(&database.reader)
        .await?;
    rows.iter().map(sessions::session).collect()
}

fn stored<T>(
    table: &'static str,
    row: &Row,
    key: &'static str,
    value: impl FnOnce() -> Result<T>,
) -> Result<Stored<T>> {
    within(table, &name(row, key), || {
        Ok(Stored {
            value: value()?,
            version: row.try_get("version")?,
            created_at: instant(row, "created_at")?,
        })
    })
}

fn read_organization(row: &Row) -> Result<Stored<Organization>> {
    stored("organization", row, "id", || {
        Ok(Organization {
            id: id(row, "id")?,
            name: text(row, "name")?,
            disabled_at: optional_instant(row, "disabled_at")?,
        })
    })
}

async fn read_subject(database: &Database, row: &Row) -> Result<Stored<DeclaredSubject>> {
    let subject = declared::declared_subject(database, row).await?;
    stored("subject", row, "id", || Ok(subject))
}

fn read_role(row: &Row) -> Result<Stored<Role>> {
    within("role", &name(row, "key"), || {
        Ok(Stored {
            value: declared::role(row)?,
            version: row.try_get("version")?,
            created_at: Timestamp::from_seconds(0),
        })
    })
}

fn read_api(row: &Row) -> Result<Stored<Api>> {
    stored("api", row, "audience", || json(row, "document"))
}

fn grant(row: &Row) -> Result<RoleGrant> {
    within("role_grant", &name(row, "subject_id"), || {
        Ok(RoleGrant {
            subject: id(row, "subject_id")?,
            organization: id(row, "organization_id")?,
            role: role_key(row, "role_key")?,
            expires_at: optional_instant(row, "expires_at")?,
        })
    })
}

fn secret(row: &Row) -> Result<SecretRecord> {
    Ok(SecretRecord {
        secret: StoredSecret {
            digest: digest(row, "digest")?,
            expires_at: optional_instant(row, "expires_at")?,
            // Not for whoever manages clients (requirement A7.6).
            sealed: None,
        },
        created_at: instant(row, "created_at")?,
    })
}

/// A pattern of LIKE for what begins like this; empty for anything.
fn beginning_with(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut pattern = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if matches!(character, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
