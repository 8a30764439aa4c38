//! Personal access tokens, found by the digest of their text.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    grant::token_exchange::LIFETIME,
    id::Id,
    secret::{self, Digest},
    subject::Subject,
    time::Timestamp,
    token::personal::{Limits, PersonalAccessToken},
};

use super::{Connection, Database, Row, changes::feed};
use crate::{
    PersonalTokens, Result, StorageError,
    record::read::{digest, id, instant, name, optional_instant, scope, text, within},
};

statements! {
    INSERT = "INSERT INTO personal_access_token (id, digest, subject_id, name, organizations, \
        roles, scope, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    BY_DIGEST = "SELECT * FROM personal_access_token WHERE digest = $1";
    OF_SUBJECT = "SELECT * FROM personal_access_token WHERE subject_id = $1 AND id > $2 \
        ORDER BY id LIMIT $3";
    TOUCH = "UPDATE personal_access_token SET last_used_at = $2 \
        WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)";
    REVOKE = "UPDATE personal_access_token SET revoked_at = $2 \
        WHERE id = $1 AND revoked_at IS NULL";
    REVOKE_EXCHANGED = "INSERT INTO revoked_token (jti, revoked_at, expires_at) \
        VALUES ($1, $2, $3) ON CONFLICT (jti) DO NOTHING";
}

#[async_trait]
impl PersonalTokens for Database {
    async fn create_personal_token(&self, token: &PersonalAccessToken) -> Result<()> {
        let mut connection = self.writer.acquire().await?;
        Ok(insert(&mut connection, token).await?)
    }

    async fn personal_token(
        &self,
        digest: Digest<secret::PersonalAccessToken>,
    ) -> Result<Option<PersonalAccessToken>> {
        let row = query(BY_DIGEST)
            .bind(digest.as_bytes())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(token).transpose()
    }

    async fn personal_tokens_of(
        &self,
        owner: &Id<Subject>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<(PersonalAccessToken, Option<Timestamp>)>> {
        let rows = query(OF_SUBJECT)
            .bind(owner.as_str())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .map(|row| Ok((token(row)?, optional_instant(row, "last_used_at")?)))
            .collect()
    }

    async fn touch_personal_token(
        &self,
        id: &Id<PersonalAccessToken>,
        now: Timestamp,
    ) -> Result<()> {
        query(TOUCH)
            .bind(id.as_str())
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn revoke_personal_token(
        &self,
        id: &Id<PersonalAccessToken>,
        now: Timestamp,
    ) -> Result<bool> {
        let mut transaction = self.begin().await?;
        let revoked = revoke(&mut transaction, id, now).await?;
        transaction.commit().await?;
        Ok(revoked == 1)
    }
}

/// Adds a token.
pub(super) async fn insert(
    connection: &mut Connection,
    token: &PersonalAccessToken,
) -> sqlx::Result<()> {
    let limits = &token.limits;
    query(INSERT)
        .bind(token.id.as_str())
        .bind(token.digest.as_bytes())
        .bind(token.owner.as_str())
        .bind(token.name.as_str())
        .bind(limits.organizations.as_ref().map(json))
        .bind(limits.roles.as_ref().map(json))
        .bind(limits.scope.to_string())
        .bind(token.created_at.seconds())
        .bind(token.expires_at.seconds())
        .execute(connection)
        .await?;
    Ok(())
}

/// Revokes a token; how many there were to revoke.
pub(super) async fn revoke(
    connection: &mut Connection,
    id: &Id<PersonalAccessToken>,
    now: Timestamp,
) -> sqlx::Result<u64> {
    let revoked = query(REVOKE)
        .bind(id.as_str())
        .bind(now.seconds())
        .execute(&mut *connection)
        .await?;
    // What it was exchanged for names it, and is asked for under this name.
    query(REVOKE_EXCHANGED)
        .bind(id.as_str())
        .bind(now.seconds())
        .bind(now.plus(LIFETIME).seconds())
        .execute(&mut *connection)
        .await?;
    feed(connection, "revoked_token", id.as_str(), now).await?;
    feed(connection, "personal_access_token", id.as_str(), now).await?;
    Ok(revoked.rows_affected())
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// The token of a row.
pub(super) fn token(row: &Row) -> Result<PersonalAccessToken> {
    within("personal_access_token", &name(row, "id"), || {
        Ok(PersonalAccessToken {
            id: id(row, "id")?,
            digest: digest(row, "digest")?,
            owner: id(row, "subject_id")?,
            name: text(row, "name")?,
            limits: Limits {
                organizations: list(row, "organizations")?,
                roles: list(row, "roles")?,
                scope: scope(row, "scope")?,
            },
            created_at: instant(row, "created_at")?,
            expires_at: instant(row, "expires_at")?,
            revoked_at: optional_instant(row, "revoked_at")?,
        })
    })
}

fn list<T: serde::de::DeserializeOwned>(row: &Row, column: &'static str) -> Result<Option<T>> {
    row.try_get::<Option<String>, _>(column)?
        .map(|text| serde_json::from_str(&text).map_err(|_| StorageError::corrupt(column)))
        .transpose()
}
