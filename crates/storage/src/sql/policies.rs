//! What decisions stand on: rules, roles, relations, APIs.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    policy::{api::Api, relation::Relation},
    time::Timestamp,
};

use super::{Connection, Database, Row, changes::feed, declared::role};
use crate::{
    Applied, Policies, PolicyFacts, Result, StorageError, StoredRuleSet,
    record::read::{id, instant, json, name, role_key, text, within},
};

statements! {
    RULES = "SELECT version, rules, author, comment, created_at FROM rule_set \
        ORDER BY version DESC LIMIT 1";
    RULES_OF = "SELECT version, rules, author, comment, created_at FROM rule_set \
        WHERE version = $1";
    RULES_BEFORE = "SELECT version, rules, author, comment, created_at FROM rule_set \
        WHERE version < $1 ORDER BY version DESC LIMIT $2";
    CREATE_RULES = "INSERT INTO rule_set (version, rules, author, comment, created_at) \
        SELECT $1, $2, $3, $4, $5 WHERE $1 = (SELECT MAX(version) + 1 FROM rule_set) \
        ON CONFLICT (version) DO NOTHING";
    ROLES = "SELECT key, name, organization_id FROM role ORDER BY key";
    RELATIONS = "SELECT manager_id, held_role, managed_id, acting_role \
        FROM organization_relation ORDER BY manager_id, held_role, managed_id, acting_role";
    ACTIVE_RELATIONS = "SELECT manager_id, held_role, managed_id, acting_role \
        FROM organization_relation \
        JOIN organization manager ON manager.id = manager_id \
        JOIN organization managed ON managed.id = managed_id \
        WHERE manager.disabled_at IS NULL AND managed.disabled_at IS NULL \
        ORDER BY manager_id, held_role, managed_id, acting_role";
    PUT_RELATION = "INSERT INTO organization_relation \
        (manager_id, held_role, managed_id, acting_role) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (manager_id, held_role, managed_id, acting_role) DO NOTHING";
    DELETE_RELATION = "DELETE FROM organization_relation WHERE manager_id = $1 \
        AND held_role = $2 AND managed_id = $3 AND acting_role = $4";
    APIS = "SELECT audience, document FROM api ORDER BY audience";
    PUT_API = "INSERT INTO api (audience, document, created_at, updated_at) \
        VALUES ($1, $2, $3, $3) ON CONFLICT (audience) DO UPDATE \
        SET document = excluded.document, updated_at = excluded.updated_at, \
        version = api.version + 1";
}

#[async_trait]
impl Policies for Database {
    async fn policy_facts(&self) -> Result<PolicyFacts> {
        let mut snapshot = self.snapshot().await?;
        let rules = query(RULES).fetch_optional(&mut *snapshot).await?;
        let roles = query(ROLES).fetch_all(&mut *snapshot).await?;
        let relations = query(ACTIVE_RELATIONS).fetch_all(&mut *snapshot).await?;
        let apis = query(APIS).fetch_all(&mut *snapshot).await?;
        snapshot.commit().await?;
        let rules = rules.as_ref().map(rule_set).transpose()?;
        let roles = roles
            .iter()
            .map(|row| within("role", &name(row, "key"), || role(row)));
        Ok(PolicyFacts {
            version: rules.as_ref().map_or(0, |set| set.version),
            rules: rules.map(|set| set.rules).unwrap_or_default(),
            roles: roles.collect::<Result<_>>()?,
            relations: relations.iter().map(relation).collect::<Result<_>>()?,
            apis: apis.iter().map(api).collect::<Result<_>>()?,
        })
    }

    async fn rule_set(&self, version: u64) -> Result<Option<StoredRuleSet>> {
        let row = query(RULES_OF)
            .bind(number(version))
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(rule_set).transpose()
    }

    async fn rule_sets_before(&self, before: u64, limit: u32) -> Result<Vec<StoredRuleSet>> {
        let rows = query(RULES_BEFORE)
            .bind(number(before))
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(rule_set).collect()
    }

    async fn create_rule_set(&self, next: &StoredRuleSet) -> Result<Applied> {
        let mut transaction = self.begin().await?;
        if !insert_rule_set(&mut transaction, next).await? {
            transaction.rollback().await?;
            return Ok(Applied::Conflict);
        }
        transaction.commit().await?;
        Ok(Applied::Done)
    }

    async fn relations(&self) -> Result<Vec<Relation>> {
        let rows = query(RELATIONS).fetch_all(&self.reader).await?;
        rows.iter().map(relation).collect()
    }

    async fn put_relation(&self, relation: &Relation, now: Timestamp) -> Result<()> {
        self.change_relation(PUT_RELATION, relation, now).await
    }

    async fn delete_relation(&self, relation: &Relation, now: Timestamp) -> Result<()> {
        self.change_relation(DELETE_RELATION, relation, now).await
    }

    async fn apis(&self) -> Result<Vec<Api>> {
        let rows = query(APIS).fetch_all(&self.reader).await?;
        rows.iter().map(api).collect()
    }

    async fn put_api(&self, api: &Api, now: Timestamp) -> Result<()> {
        let mut transaction = self.begin().await?;
        query(PUT_API)
            .bind(api.audience().as_str())
            .bind(serde_json::to_string(api).unwrap_or_default())
            .bind(now.seconds())
            .execute(&mut *transaction)
            .await?;
        feed(&mut transaction, "policy", "api", now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl Database {
    async fn change_relation(
        &self,
        statement: &'static str,
        relation: &Relation,
        now: Timestamp,
    ) -> Result<()> {
        let mut transaction = self.begin().await?;
        query(statement)
            .bind(relation.manager.as_str())
            .bind(relation.held.as_str())
            .bind(relation.managed.as_str())
            .bind(relation.acts_as.as_str())
            .execute(&mut *transaction)
            .await?;
        feed(&mut transaction, "policy", "relation", now).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Puts the next rule set in force; false when it is not the next one.
pub(super) async fn insert_rule_set(
    connection: &mut Connection,
    next: &StoredRuleSet,
) -> sqlx::Result<bool> {
    let created = query(CREATE_RULES)
        .bind(number(next.version))
        .bind(serde_json::to_string(&next.rules).unwrap_or_default())
        .bind(next.author.as_str())
        .bind(next.comment.as_str())
        .bind(next.created_at.seconds())
        .execute(&mut *connection)
        .await?;
    feed(connection, "policy", "rule_set", next.created_at).await?;
    Ok(created.rows_affected() == 1)
}

/// A version as the databases have it. One that is too great is none that exists.
fn number(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

fn rule_set(row: &Row) -> Result<StoredRuleSet> {
    let version: i64 = row.try_get("version")?;
    within("rule_set", &version.to_string(), || {
        Ok(StoredRuleSet {
            version: u64::try_from(version).map_err(|_| StorageError::corrupt("version"))?,
            rules: json(row, "rules")?,
            author: text(row, "author")?,
            comment: text(row, "comment")?,
            created_at: instant(row, "created_at")?,
        })
    })
}

/// A relation, whatever it was read for.
pub(super) fn relation(row: &Row) -> Result<Relation> {
    within("organization_relation", &name(row, "manager_id"), || {
        Ok(Relation {
            manager: id(row, "manager_id")?,
            held: role_key(row, "held_role")?,
            managed: id(row, "managed_id")?,
            acts_as: role_key(row, "acting_role")?,
        })
    })
}

fn api(row: &Row) -> Result<Api> {
    within("api", &name(row, "audience"), || json(row, "document"))
}
