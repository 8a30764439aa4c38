//! Changes of decisions, and the feed that tells other instances what to forget.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    decision::Change,
    policy::token_changes::{MOST, TokenChange},
    time::Timestamp,
    waiting::{LONGEST_INTERVAL, SLOW_DOWN, Waiter},
};

use super::{Connection, Database, Row};
use crate::{
    Applied, Changed, Changes, KeptChanges, Result, StorageError,
    error::is_serialization,
    record::read::{id, instant, name, text, within},
};

statements! {
    REDEEM = "UPDATE approval SET redeemed_at = $2, refresh_family = $3, refresh_current = $4, \
        refresh_rotated_at = $5, refresh_key = $6, refresh_certificate = $7 \
        WHERE id = $1 AND redeemed_at IS NULL AND revoked_at IS NULL";
    ROTATE = "UPDATE approval SET refresh_previous = refresh_current, refresh_current = $2, \
        refresh_rotated_at = $3 \
        WHERE id = $1 AND refresh_current = $4 AND revoked_at IS NULL";
    RECORD_BACKCHANNEL_POLL = "UPDATE backchannel_request SET polled_at = $2 \
        WHERE digest = $1 AND COALESCE(polled_at, 0) = $3";
    SLOW_BACKCHANNEL_DOWN = "UPDATE backchannel_request SET polled_at = $2, \
        poll_interval = CASE WHEN poll_interval + $3 < $4 THEN poll_interval + $3 ELSE $4 END \
        WHERE digest = $1";
    RECORD_DEVICE_POLL = "UPDATE device_authorization SET polled_at = $2 \
        WHERE digest = $1 AND COALESCE(polled_at, 0) = $3";
    SLOW_DEVICE_DOWN = "UPDATE device_authorization SET polled_at = $2, \
        poll_interval = CASE WHEN poll_interval + $3 < $4 THEN poll_interval + $3 ELSE $4 END \
        WHERE digest = $1";
    REVOKE_APPROVAL = "UPDATE approval SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    REVOKE_TOKEN = "INSERT INTO revoked_token (jti, revoked_at, expires_at) VALUES ($1, $2, $3) \
        ON CONFLICT (jti) DO NOTHING";
    ISSUE_OPAQUE = "INSERT INTO access_token (digest, claims, claims_request, expires_at) \
        VALUES ($1, $2, $3, $4)";
    REVOKE_OPAQUE = "UPDATE access_token SET revoked_at = $2 \
        WHERE digest = $1 AND revoked_at IS NULL";
    FEED = "INSERT INTO change_feed (noun, key, version, changed_at) VALUES ($1, $2, $3, $3) \
        ON CONFLICT (noun, key) DO UPDATE \
        SET version = change_feed.version + 1, changed_at = excluded.changed_at";
    CHANGED = "SELECT noun, key, version FROM change_feed WHERE changed_at >= $1";
    TOKEN_CHANGES = "SELECT noun, key, changed_at FROM change_feed WHERE noun IN \
        ('approval', 'client', 'organization', 'personal_access_token', 'revoked_token', 'subject') \
        ORDER BY changed_at DESC LIMIT $1";
    COMPLETE_SINCE = "SELECT version FROM change_feed \
        WHERE noun = 'change_feed' AND key = 'complete_since'";
}

#[async_trait]
impl Changes for Database {
    async fn apply(&self, changes: &[Change]) -> Result<Applied> {
        match changes {
            [] => Ok(Applied::Done),
            // One statement is a transaction of its own: one round trip, not three.
            [
                only @ (Change::RecordPoll { .. }
                | Change::RedeemCode { .. }
                | Change::RotateRefreshToken { .. }
                | Change::SlowDown { .. }),
            ] => {
                let mut connection = self.writer.acquire().await?;
                settle(apply_one(&mut connection, only).await)
            }
            all => {
                let mut transaction = self.begin().await?;
                for change in all {
                    match settle(apply_one(&mut transaction, change).await)? {
                        Applied::Done => {}
                        Applied::Conflict => {
                            transaction.rollback().await?;
                            return Ok(Applied::Conflict);
                        }
                    }
                }
                settle(transaction.commit().await.map(|()| true))
            }
        }
    }

    async fn changed_since(&self, since: Timestamp) -> Result<Vec<Changed>> {
        let rows = query(CHANGED)
            .bind(since.seconds())
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Changed {
                    noun: text(row, "noun")?,
                    key: text(row, "key")?,
                    version: row.try_get("version")?,
                })
            })
            .collect()
    }

    async fn token_changes(&self) -> Result<KeptChanges> {
        let rows = query(TOKEN_CHANGES)
            .bind(i64::try_from(MOST).unwrap_or(i64::MAX).saturating_add(1))
            .fetch_all(&self.reader)
            .await?;
        // Read last: whatever a purge took away before the rows were read, it had said so by then.
        let complete = query(COMPLETE_SINCE).fetch_optional(&self.reader).await?;
        let changes = rows
            .iter()
            .map(|row| within("change_feed", &name(row, "key"), || token_change(row)));
        Ok(KeptChanges {
            complete_since: complete.map(|row| instant(&row, "version")).transpose()?,
            changes: changes.collect::<Result<_>>()?,
        })
    }
}

/// What a row of the feed means to tokens.
fn token_change(row: &Row) -> Result<(TokenChange, Timestamp)> {
    let noun = text(row, "noun")?;
    let change = match noun.as_str() {
        "approval" => TokenChange::Grant(id(row, "key")?),
        "client" => TokenChange::Client(id(row, "key")?),
        "organization" => TokenChange::Organization(id(row, "key")?),
        "subject" => TokenChange::Subject(id(row, "key")?),
        // A personal access token is told by its id in whatever it was exchanged for.
        "personal_access_token" | "revoked_token" => TokenChange::Token(text(row, "key")?),
        _ => return Err(StorageError::corrupt("noun")),
    };
    Ok((change, instant(row, "changed_at")?))
}

/// Tells the other instances to forget something. The first version is the instant, so that it is a
/// new one even if the row of an earlier change was purged.
pub(super) async fn feed(
    connection: &mut Connection,
    noun: &'static str,
    key: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    query(FEED)
        .bind(noun)
        .bind(key)
        .bind(now.seconds())
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether what the change presupposes held.
async fn apply_one(connection: &mut Connection, change: &Change) -> sqlx::Result<bool> {
    match change {
        Change::RedeemCode {
            approval,
            at,
            refresh,
        } => {
            let digest = |bytes: Option<&[u8]>| bytes.map(<[u8]>::to_vec);
            let bound = refresh.map(|family| family.confirmation);
            let redeemed = query(REDEEM)
                .bind(approval.as_str())
                .bind(at.seconds())
                .bind(digest(
                    refresh.as_ref().map(|family| family.family.as_bytes()),
                ))
                .bind(digest(
                    refresh.as_ref().map(|family| family.current.as_bytes()),
                ))
                .bind(refresh.map(|family| family.rotated_at.seconds()))
                .bind(bound.and_then(|to| to.key().map(|key| key.to_text())))
                .bind(bound.and_then(|to| to.certificate().map(|shown| shown.to_text())))
                .execute(connection)
                .await?;
            Ok(redeemed.rows_affected() == 1)
        }
        Change::RotateRefreshToken {
            approval,
            from,
            to,
            at,
        } => {
            let rotated = query(ROTATE)
                .bind(approval.as_str())
                .bind(to.as_bytes())
                .bind(at.seconds())
                .bind(from.as_bytes())
                .execute(connection)
                .await?;
            Ok(rotated.rows_affected() == 1)
        }
        Change::RecordPoll { waiter, before, at } => {
            let (statement, digest) = match waiter {
                Waiter::Backchannel(digest) => (RECORD_BACKCHANNEL_POLL, digest.as_bytes()),
                Waiter::Device(digest) => (RECORD_DEVICE_POLL, digest.as_bytes()),
            };
            let recorded = query(statement)
                .bind(digest)
                .bind(at.seconds())
                .bind(before.map_or(0, Timestamp::seconds))
                .execute(connection)
                .await?;
            Ok(recorded.rows_affected() == 1)
        }
        Change::SlowDown { waiter, at } => {
            let (statement, digest) = match waiter {
                Waiter::Backchannel(digest) => (SLOW_BACKCHANNEL_DOWN, digest.as_bytes()),
                Waiter::Device(digest) => (SLOW_DEVICE_DOWN, digest.as_bytes()),
            };
            query(statement)
                .bind(digest)
                .bind(at.seconds())
                .bind(i64::from(SLOW_DOWN.seconds()))
                .bind(i64::from(LONGEST_INTERVAL.seconds()))
                .execute(connection)
                .await?;
            Ok(true)
        }
        Change::RevokeApproval { approval, at } => {
            query(REVOKE_APPROVAL)
                .bind(approval.as_str())
                .bind(at.seconds())
                .execute(&mut *connection)
                .await?;
            feed(connection, "approval", approval.as_str(), *at).await?;
            Ok(true)
        }
        Change::RevokeAccessToken {
            jti,
            expires_at,
            at,
        } => {
            query(REVOKE_TOKEN)
                .bind(jti.as_str())
                .bind(at.seconds())
                .bind(expires_at.seconds())
                .execute(&mut *connection)
                .await?;
            feed(connection, "revoked_token", jti, *at).await?;
            Ok(true)
        }
        Change::IssueOpaqueAccessToken(token) => {
            query(ISSUE_OPAQUE)
                .bind(token.digest.as_bytes())
                .bind(serde_json::to_string(&token.claims).unwrap_or_default())
                .bind(serde_json::to_string(&token.claims_request).unwrap_or_default())
                .bind(token.claims.exp.seconds())
                .execute(connection)
                .await?;
            Ok(true)
        }
        Change::RevokeOpaqueAccessToken { token, at } => {
            query(REVOKE_OPAQUE)
                .bind(token.as_bytes())
                .bind(at.seconds())
                .execute(&mut *connection)
                .await?;
            feed(connection, "access_token", &token.hexadecimal(), *at).await?;
            Ok(true)
        }
    }
}

/// A transaction that another one came in between of is a conflict: it is decided anew.
fn settle(outcome: sqlx::Result<bool>) -> Result<Applied> {
    match outcome {
        Ok(true) => Ok(Applied::Done),
        Ok(false) => Ok(Applied::Conflict),
        Err(error) if is_serialization(&error) => Ok(Applied::Conflict),
        Err(error) => Err(error.into()),
    }
}
