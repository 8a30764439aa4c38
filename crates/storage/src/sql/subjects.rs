//! People and machine users.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    id::Id,
    policy::expiry::{RoleGrant, unexpired},
    subject::{Identifier, Person, Subject, SubjectKind},
    time::Timestamp,
};

use super::{Database, Row, changes::feed, declared};
use crate::{
    Applied, Credential, DeclaredSubject, Result, StorageError, Subjects,
    record::read::{id, instant, json, name, optional_instant, role_key, text, within},
};

statements! {
    READ = "SELECT subject.id, subject.organization_id, subject.kind, subject.username, \
        subject.profile, subject.updated_at, subject.disabled_at, \
        organization.name AS organization_name, \
        organization.disabled_at AS organization_disabled_at \
        FROM subject JOIN organization ON organization.id = subject.organization_id \
        WHERE subject.id = $1";
    ROLES = "SELECT role_grant.organization_id, role_grant.role_key, role_grant.expires_at \
        FROM role_grant JOIN organization ON organization.id = role_grant.organization_id \
        WHERE role_grant.subject_id = $1 AND organization.disabled_at IS NULL";
    CREDENTIAL = "SELECT subject.id, subject.password_hash FROM identifier \
        JOIN subject ON subject.id = identifier.subject_id WHERE identifier.canonical = $1";
    UPGRADE = "UPDATE subject SET password_hash = $3 WHERE id = $1 AND password_hash = $2";
}

#[async_trait]
impl Subjects for Database {
    async fn subject(&self, id: &Id<Subject>, now: Timestamp) -> Result<Option<Subject>> {
        let Some(row) = query(READ)
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?
        else {
            return Ok(None);
        };
        let roles = query(ROLES)
            .bind(id.as_str())
            .fetch_all(&self.reader)
            .await?;
        subject(&row, &roles, now).map(Some)
    }

    async fn credential(&self, identifier: &Identifier) -> Result<Option<Credential>> {
        let row = query(CREDENTIAL)
            .bind(identifier.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| {
            within("subject", &name(&row, "id"), || {
                Ok(Credential {
                    subject: id(&row, "id")?,
                    password_hash: row.try_get("password_hash")?,
                })
            })
        })
        .transpose()
    }

    async fn upgrade_password_hash(&self, id: &Id<Subject>, old: &str, new: &str) -> Result<()> {
        query(UPGRADE)
            .bind(id.as_str())
            .bind(old)
            .bind(new)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn create_person(&self, person: &DeclaredSubject, now: Timestamp) -> Result<Applied> {
        let mut transaction = self.begin().await?;
        declared::insert_subject(&mut transaction, person, now).await?;
        if !declared::claim_identifiers(&mut transaction, person).await? {
            transaction.rollback().await?;
            return Ok(Applied::Conflict);
        }
        feed(&mut transaction, "subject", person.id.as_str(), now).await?;
        transaction.commit().await?;
        Ok(Applied::Done)
    }
}

fn subject(row: &Row, grants: &[Row], now: Timestamp) -> Result<Subject> {
    let name = name(row, "id");
    let grant = |grant: &Row| {
        Ok(RoleGrant {
            organization: id(grant, "organization_id")?,
            role: role_key(grant, "role_key")?,
            expires_at: optional_instant(grant, "expires_at")?,
        })
    };
    let grants: Vec<_> = within("role_grant", &name, || grants.iter().map(grant).collect())?;
    let live = unexpired(grants, now);
    within("subject", &name, || {
        let own = optional_instant(row, "disabled_at")?;
        let organization = optional_instant(row, "organization_disabled_at")?;
        Ok(Subject {
            id: id(row, "id")?,
            organization: id(row, "organization_id")?,
            organization_name: text(row, "organization_name")?,
            kind: kind(row)?,
            disabled_at: own.or(organization),
            roles: live.roles,
            roles_until: live.until,
        })
    })
}

fn kind(row: &Row) -> Result<SubjectKind> {
    let username = text(row, "username")?;
    match text(row, "kind")?.as_str() {
        "person" => Ok(SubjectKind::Person(Box::new(Person {
            username,
            profile: json(row, "profile")?,
            updated_at: instant(row, "updated_at")?,
        }))),
        "machine" => Ok(SubjectKind::Machine { name: username }),
        _ => Err(StorageError::corrupt("kind")),
    }
}
