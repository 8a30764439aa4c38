//! Who there is, and who holds what: page by page, for searches.

use async_trait::async_trait;
use sqlx::query;
use symbolon_core::{
    id::Id,
    organization::Organization,
    role::RoleKey,
    subject::{Identifier, Subject},
    time::Timestamp,
};

use super::{Database, Row};
use crate::{
    Holders, Result,
    record::read::{id, name, within},
};

statements! {
    HOLDERS = "SELECT subject_id FROM role_grant WHERE organization_id = $1 AND role_key = $2 \
        AND subject_id > $3 AND (expires_at IS NULL OR expires_at > $4) \
        ORDER BY subject_id LIMIT $5";
    AFTER = "SELECT id AS subject_id FROM subject WHERE id > $1 ORDER BY id LIMIT $2";
    NAMED = "SELECT subject_id FROM identifier WHERE canonical = $1";
}

#[async_trait]
impl Holders for Database {
    async fn holders_after(
        &self,
        organization: &Id<Organization>,
        role: &RoleKey,
        after: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Id<Subject>>> {
        let rows = query(HOLDERS)
            .bind(organization.as_str())
            .bind(role.as_str())
            .bind(after)
            .bind(now.seconds())
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(subject_id).collect()
    }

    async fn subject_ids_after(&self, after: &str, limit: u32) -> Result<Vec<Id<Subject>>> {
        let rows = query(AFTER)
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(subject_id).collect()
    }

    async fn subject_named(&self, identifier: &Identifier) -> Result<Option<Id<Subject>>> {
        let row = query(NAMED)
            .bind(identifier.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(subject_id).transpose()
    }
}

fn subject_id(row: &Row) -> Result<Id<Subject>> {
    within("subject", &name(row, "subject_id"), || {
        id(row, "subject_id")
    })
}
