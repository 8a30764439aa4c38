//! Acts of administrators, each in one transaction with its event.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    client::Client,
    id::Id,
    organization::Organization,
    policy::{api::Api, relation::Relation},
    role::{Role, RoleKey},
    session::Session,
    subject::Subject,
    time::Timestamp,
    token::personal::PersonalAccessToken,
};

use super::{Connection, Database, acts, administration_reads as reads, audit};
use crate::{
    Act, Administered, Administration, AuditEvent, AuditFilter, Basis, DeclaredSubject, PageOf,
    Result, RoleGrant, SecretRecord, Stored, SubjectFilter, error::is_serialization,
};

statements! {
    BASIS = "SELECT version FROM change_feed WHERE noun = 'authority' AND key = '*'";
    FIRST_BASIS = "INSERT INTO change_feed (noun, key, version, changed_at) \
        VALUES ('authority', '*', $1, $1) ON CONFLICT (noun, key) DO NOTHING";
    NEXT_BASIS = "UPDATE change_feed SET version = version + 1, changed_at = $1 \
        WHERE noun = 'authority' AND key = '*' AND version = $2";
}

/// How often an act is tried when other transactions come in between.
const TRIES: u32 = 5;

#[async_trait]
impl Administration for Database {
    async fn administer(
        &self,
        act: &Act,
        event: &AuditEvent,
        basis: Option<Basis>,
    ) -> Result<Administered> {
        let mut tries = 1;
        loop {
            match once(self, act, event, basis).await {
                Err(error) if is_serialization(&error) && tries < TRIES => tries += 1,
                Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => {
                    return Ok(Administered::InUse);
                }
                Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                    return Ok(Administered::Taken);
                }
                outcome => return Ok(outcome?),
            }
        }
    }

    async fn basis(&self) -> Result<Basis> {
        let row = query(BASIS).fetch_optional(&self.reader).await?;
        let version = row.map(|row| row.try_get("version")).transpose()?;
        Ok(Basis(version))
    }

    async fn organizations_after(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Stored<Organization>>> {
        reads::organizations_after(self, after, limit).await
    }

    async fn stored_organization(
        &self,
        id: &Id<Organization>,
    ) -> Result<Option<Stored<Organization>>> {
        reads::organization(self, id).await
    }

    async fn stored_subjects(
        &self,
        filter: SubjectFilter<'_>,
        page: PageOf<'_>,
    ) -> Result<Vec<Stored<DeclaredSubject>>> {
        reads::subjects(self, filter, page).await
    }

    async fn stored_subject(&self, id: &Id<Subject>) -> Result<Option<Stored<DeclaredSubject>>> {
        reads::subject(self, id).await
    }

    async fn stored_clients(&self, page: PageOf<'_>) -> Result<Vec<Stored<Client>>> {
        reads::clients(self, page).await
    }

    async fn stored_client(
        &self,
        id: &Id<Client>,
    ) -> Result<Option<(Stored<Client>, Vec<SecretRecord>)>> {
        reads::client(self, id).await
    }

    async fn roles_after(
        &self,
        organization: Option<&Id<Organization>>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Stored<Role>>> {
        reads::roles_after(self, organization, after, limit).await
    }

    async fn stored_role(&self, key: &RoleKey) -> Result<Option<Stored<Role>>> {
        reads::role(self, key).await
    }

    async fn grants_in(
        &self,
        organization: &Id<Organization>,
        role: Option<&RoleKey>,
        after: (&str, &str),
        limit: u32,
    ) -> Result<Vec<RoleGrant>> {
        reads::grants_in(self, organization, role, after, limit).await
    }

    async fn grants_of(
        &self,
        subject: &Id<Subject>,
        after: (&str, &str),
        limit: u32,
    ) -> Result<Vec<RoleGrant>> {
        reads::grants_of(self, subject, after, limit).await
    }

    async fn permanent_holders(
        &self,
        organization: &Id<Organization>,
        role: &RoleKey,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Id<Subject>>> {
        reads::permanent_holders(self, organization, role, after, limit).await
    }

    async fn counting_grants(
        &self,
        after: &str,
        limit: u32,
    ) -> Result<(Vec<RoleGrant>, Option<Id<Subject>>)> {
        reads::counting_grants(self, after, limit).await
    }

    async fn relations_after(
        &self,
        organization: Option<&Id<Organization>>,
        after: [&str; 4],
        limit: u32,
    ) -> Result<Vec<Relation>> {
        reads::relations_after(self, organization, after, limit).await
    }

    async fn apis_after(&self, after: &str, limit: u32) -> Result<Vec<Stored<Api>>> {
        reads::apis_after(self, after, limit).await
    }

    async fn stored_api(&self, audience: &Id<Api>) -> Result<Option<Stored<Api>>> {
        reads::api(self, audience).await
    }

    async fn personal_token_of_id(
        &self,
        id: &Id<PersonalAccessToken>,
    ) -> Result<Option<(PersonalAccessToken, Option<Timestamp>)>> {
        reads::personal_token(self, id).await
    }

    async fn sessions_of(
        &self,
        subject: &Id<Subject>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Session>> {
        reads::sessions_of(self, subject, after, limit).await
    }

    async fn audit_events(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditEvent>> {
        audit::events(self, filter, limit).await
    }
}

async fn once(
    database: &Database,
    act: &Act,
    event: &AuditEvent,
    basis: Option<Basis>,
) -> sqlx::Result<Administered> {
    let mut transaction = database.begin().await?;
    let now = event.happened_at;
    let outcome = if rests(&mut transaction, basis, now).await? {
        acts::perform(&mut transaction, act, now).await?
    } else {
        Administered::Raced
    };
    if outcome == Administered::Done {
        audit::record(&mut transaction, event).await?;
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(outcome)
}

/// Whether the basis is as it was; from now on it is another one.
async fn rests(
    connection: &mut Connection,
    basis: Option<Basis>,
    now: Timestamp,
) -> sqlx::Result<bool> {
    let moved = match basis {
        None => return Ok(true),
        Some(Basis(None)) => query(FIRST_BASIS).bind(now.seconds()).execute(connection),
        Some(Basis(Some(version))) => query(NEXT_BASIS)
            .bind(now.seconds())
            .bind(version)
            .execute(connection),
    };
    Ok(moved.await?.rows_affected() == 1)
}
