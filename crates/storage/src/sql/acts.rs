//! What each act does, in the transaction of its event.

use sqlx::query;
use symbolon_core::{
    policy::relation::Relation,
    role::{Role, RoleKey},
    time::Timestamp,
};

use super::{
    Connection, accounts,
    acts_owned::{self as owned, Owned},
    changes::feed,
    installation, machine_keys, personal_tokens, policies, registrations, sessions, signing_keys,
};
use crate::{Act, Administered, RoleGrant};

statements! {
    CREATE_ROLE = "INSERT INTO role (key, name, organization_id) VALUES ($1, $2, $3) \
        ON CONFLICT (key) DO NOTHING";
    UPDATE_ROLE = "UPDATE role SET name = $3, version = version + 1 \
        WHERE key = $1 AND version = $2";
    FEED_HOLDERS = "INSERT INTO change_feed (noun, key, version, changed_at) \
        SELECT 'subject', subject_id, $2, $2 \
        FROM (SELECT DISTINCT subject_id FROM role_grant WHERE role_key = $1) AS holder \
        WHERE subject_id IS NOT NULL ORDER BY subject_id ON CONFLICT (noun, key) DO UPDATE \
        SET version = change_feed.version + 1, changed_at = excluded.changed_at";
    DELETE_GRANTS_OF_ROLE = "DELETE FROM role_grant WHERE role_key = $1";
    DELETE_RELATIONS_OF_ROLE = "DELETE FROM organization_relation \
        WHERE held_role = $1 OR acting_role = $1";
    DELETE_ROLE = "DELETE FROM role WHERE key = $1 AND version = $2";
    ROLE_EXISTS = "SELECT 1 FROM role WHERE key = $1";
    PUT_GRANT = "INSERT INTO role_grant (subject_id, organization_id, role_key, expires_at) \
        VALUES ($1, $2, $3, $4) ON CONFLICT (subject_id, organization_id, role_key) \
        DO UPDATE SET expires_at = excluded.expires_at";
    DELETE_GRANT = "DELETE FROM role_grant \
        WHERE subject_id = $1 AND organization_id = $2 AND role_key = $3";
    CREATE_RELATION = "INSERT INTO organization_relation \
        (manager_id, held_role, managed_id, acting_role) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (manager_id, held_role, managed_id, acting_role) DO NOTHING";
    DELETE_RELATION = "DELETE FROM organization_relation WHERE manager_id = $1 \
        AND held_role = $2 AND managed_id = $3 AND acting_role = $4";
    CREATE_API = "INSERT INTO api (audience, document, created_at, updated_at) \
        VALUES ($1, $2, $3, $3) ON CONFLICT (audience) DO NOTHING";
    UPDATE_API = "UPDATE api SET document = $3, updated_at = $4, version = version + 1 \
        WHERE audience = $1 AND version = $2";
    DELETE_API = "DELETE FROM api WHERE audience = $1 AND version = $2";
    API_EXISTS = "SELECT 1 FROM api WHERE audience = $1";
}

/// Does an act; what it presupposes is looked at in its own statements.
pub(super) async fn perform(
    connection: &mut Connection,
    act: &Act,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    match act {
        Act::CreateOrganization(organization) => {
            owned::create_organization(connection, organization, now).await
        }
        Act::UpdateOrganization(organization, version) => {
            owned::update_organization(connection, organization, *version, now).await
        }
        Act::DeleteOrganization(id, version) => {
            owned::delete(connection, Owned::Organization(id), *version, now).await
        }
        Act::CreateSubject(subject) => owned::create_subject(connection, subject, now).await,
        Act::UpdateSubject {
            subject,
            version,
            end_sessions,
        } => owned::update_subject(connection, subject, *version, *end_sessions, now).await,
        Act::DeleteSubject(id, version) => {
            // Its sessions go with it: who has to be told of their end is known only before.
            sessions::end_all(connection, id.as_str(), now).await?;
            owned::delete(connection, Owned::Subject(id), *version, now).await
        }
        Act::CreateClient(client) => owned::create_client(connection, client, now).await,
        Act::UpdateClient(client, version) => {
            owned::update_client(connection, client, *version, now).await
        }
        Act::AddSecret {
            client,
            version,
            secret,
            others_end,
        } => owned::add_secret(connection, client, *version, secret, *others_end, now).await,
        Act::RemoveSecret {
            client,
            version,
            secret,
        } => owned::remove_secret(connection, client, *version, *secret, now).await,
        Act::DeleteClient(id, version) => {
            owned::delete(connection, Owned::Client(id), *version, now).await
        }
        Act::RegisterClient {
            client,
            registration,
            most,
        } => registrations::register(connection, client, registration, *most, now).await,
        Act::UpdateRegistration {
            client,
            version,
            details,
            secrets,
        } => {
            let secrets = secrets.as_deref();
            registrations::update(connection, client, *version, details, secrets, now).await
        }
        Act::CreateInitialToken(token) => registrations::create_token(connection, token).await,
        Act::RevokeInitialToken(id) => registrations::revoke_token(connection, id, now).await,
        Act::CreateRole(role) => create_role(connection, role, now).await,
        Act::UpdateRole(role, version) => {
            feed(connection, "policy", "role", now).await?;
            let updated = query(UPDATE_ROLE)
                .bind(role.key.as_str())
                .bind(*version)
                .bind(role.name.as_str())
                .execute(&mut *connection)
                .await?;
            settled(
                connection,
                updated.rows_affected(),
                ROLE_EXISTS,
                role.key.as_str(),
            )
            .await
        }
        Act::DeleteRole(key, version) => delete_role(connection, key, *version, now).await,
        Act::PutGrant(grant) => put_grant(connection, grant, now).await,
        Act::DeleteGrant {
            subject,
            organization,
            role,
        } => {
            let deleted = query(DELETE_GRANT)
                .bind(subject.as_str())
                .bind(organization.as_str())
                .bind(role.as_str())
                .execute(&mut *connection)
                .await?;
            feed(connection, "subject", subject.as_str(), now).await?;
            Ok(found(deleted.rows_affected(), Administered::Missing))
        }
        Act::CreateRelation(relation) => {
            change_relation(
                connection,
                CREATE_RELATION,
                relation,
                Administered::Taken,
                now,
            )
            .await
        }
        Act::DeleteRelation(relation) => {
            change_relation(
                connection,
                DELETE_RELATION,
                relation,
                Administered::Missing,
                now,
            )
            .await
        }
        Act::CreateApi(api) => {
            feed(connection, "policy", "api", now).await?;
            let created = query(CREATE_API)
                .bind(api.audience().as_str())
                .bind(serde_json::to_string(api).unwrap_or_default())
                .bind(now.seconds())
                .execute(connection)
                .await?;
            Ok(found(created.rows_affected(), Administered::Taken))
        }
        Act::UpdateApi(api, version) => {
            feed(connection, "policy", "api", now).await?;
            let updated = query(UPDATE_API)
                .bind(api.audience().as_str())
                .bind(*version)
                .bind(serde_json::to_string(api).unwrap_or_default())
                .bind(now.seconds())
                .execute(&mut *connection)
                .await?;
            let audience = api.audience().as_str();
            settled(connection, updated.rows_affected(), API_EXISTS, audience).await
        }
        Act::DeleteApi(audience, version) => {
            feed(connection, "policy", "api", now).await?;
            let deleted = versioned(connection, DELETE_API, audience.as_str(), *version).await?;
            settled(connection, deleted, API_EXISTS, audience.as_str()).await
        }
        Act::PutRules(next) => {
            let created = policies::insert_rule_set(connection, next).await?;
            Ok(found(u64::from(created), Administered::Stale))
        }
        Act::CreateToken(token) => {
            personal_tokens::insert(connection, token).await?;
            Ok(Administered::Done)
        }
        Act::RevokeToken(id) => {
            let revoked = personal_tokens::revoke(connection, id, now).await?;
            Ok(found(revoked, Administered::Missing))
        }
        Act::CreateMachineKey(key) => {
            let created = machine_keys::insert(connection, key).await?;
            Ok(found(created, Administered::Taken))
        }
        Act::DeleteMachineKey(machine, id) => {
            let deleted = machine_keys::delete(connection, machine, id).await?;
            Ok(found(deleted, Administered::Missing))
        }
        Act::CreateKeys(keys) => {
            for key in keys {
                if !signing_keys::insert(connection, key).await? {
                    return Ok(Administered::Taken);
                }
            }
            Ok(Administered::Done)
        }
        Act::SetUp(set_up) => installation::set_up(connection, set_up, now).await,
        Act::Look => Ok(Administered::Done),
        Act::EndSession(id) => {
            sessions::end_one(connection, id.as_str(), now).await?;
            Ok(Administered::Done)
        }
        Act::EndSessions(subject) => {
            sessions::end_all(connection, subject.as_str(), now).await?;
            Ok(Administered::Done)
        }
        Act::EndOtherSessions { subject, kept } => {
            accounts::end_others(connection, subject, kept, now).await?;
            Ok(Administered::Done)
        }
        Act::ChangePassword {
            subject,
            hashes,
            kept,
        } => accounts::change_password(connection, subject, hashes, kept, now).await,
        Act::WithdrawConsent { subject, client } => {
            accounts::withdraw(connection, subject, client, now).await
        }
    }
}

pub(super) async fn create_role(
    connection: &mut Connection,
    role: &Role,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let organization = role.organization.as_ref();
    let created = query(CREATE_ROLE)
        .bind(role.key.as_str())
        .bind(role.name.as_str())
        .bind(organization.map(|id| id.as_str().to_owned()))
        .execute(&mut *connection)
        .await?;
    feed(connection, "policy", "role", now).await?;
    Ok(found(created.rows_affected(), Administered::Taken))
}

async fn delete_role(
    connection: &mut Connection,
    key: &RoleKey,
    version: i64,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    query(FEED_HOLDERS)
        .bind(key.as_str())
        .bind(now.seconds())
        .execute(&mut *connection)
        .await?;
    for statement in [DELETE_GRANTS_OF_ROLE, DELETE_RELATIONS_OF_ROLE] {
        query(statement)
            .bind(key.as_str())
            .execute(&mut *connection)
            .await?;
    }
    feed(connection, "policy", "role", now).await?;
    let deleted = versioned(connection, DELETE_ROLE, key.as_str(), version).await?;
    settled(connection, deleted, ROLE_EXISTS, key.as_str()).await
}

pub(super) async fn put_grant(
    connection: &mut Connection,
    grant: &RoleGrant,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    query(PUT_GRANT)
        .bind(grant.subject.as_str())
        .bind(grant.organization.as_str())
        .bind(grant.role.as_str())
        .bind(grant.expires_at.map(Timestamp::seconds))
        .execute(&mut *connection)
        .await?;
    feed(connection, "subject", grant.subject.as_str(), now).await?;
    Ok(Administered::Done)
}

async fn change_relation(
    connection: &mut Connection,
    statement: &'static str,
    relation: &Relation,
    otherwise: Administered,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let changed = query(statement)
        .bind(relation.manager.as_str())
        .bind(relation.held.as_str())
        .bind(relation.managed.as_str())
        .bind(relation.acts_as.as_str())
        .execute(&mut *connection)
        .await?;
    feed(connection, "policy", "relation", now).await?;
    Ok(found(changed.rows_affected(), otherwise))
}

/// Runs a statement whose only conditions are a name and a version.
pub(super) async fn versioned(
    connection: &mut Connection,
    statement: &'static str,
    name: &str,
    version: i64,
) -> sqlx::Result<u64> {
    let outcome = query(statement)
        .bind(name)
        .bind(version)
        .execute(connection)
        .await?;
    Ok(outcome.rows_affected())
}

/// What it means that so many rows had the name and the version.
pub(super) async fn settled(
    connection: &mut Connection,
    rows: u64,
    exists: &'static str,
    name: &str,
) -> sqlx::Result<Administered> {
    if rows == 1 {
        return Ok(Administered::Done);
    }
    let row = query(exists).bind(name).fetch_optional(connection).await?;
    Ok(match row {
        Some(_) => Administered::Stale,
        None => Administered::Missing,
    })
}

pub(super) const fn found(rows: u64, otherwise: Administered) -> Administered {
    if rows == 1 {
        Administered::Done
    } else {
        otherwise
    }
}
