//! What somebody looks at of the own account, and does to it.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{client::Client, id::Id, session::Session, subject::Subject, time::Timestamp};

use super::{Connection, Database, Row, acts::found, changes::feed, logouts};
use crate::{
    Accounts, Administered, ApprovalRecord, Consent, PasswordHashes, Result,
    record::read::{id, instant, name, optional_instant, scope, text, within},
};

statements! {
    CONSENTS = "SELECT client_id, scope, updated_at FROM consent \
        WHERE subject_id = $1 AND client_id > $2 ORDER BY client_id LIMIT $3";
    APPROVALS = "SELECT id, client_id, session_id, scope, created_at, refresh_expires_at, \
        revoked_at FROM approval WHERE subject_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    IDENTIFIERS = "SELECT canonical FROM identifier WHERE subject_id = $1 ORDER BY canonical";
    NEW_PASSWORD = "UPDATE subject SET password_hash = $3, updated_at = $4, version = version + 1 \
        WHERE id = $1 AND password_hash = $2";
    END_OTHERS = "UPDATE session SET ended_at = $2 \
        WHERE subject_id = $1 AND id <> $3 AND ended_at IS NULL RETURNING id";
    REVOKE_OTHERS = "UPDATE approval SET revoked_at = $2 \
        WHERE subject_id = $1 AND session_id <> $3 AND revoked_at IS NULL";
    FEED_OTHERS = "INSERT INTO change_feed (noun, key, version, changed_at) \
        SELECT 'approval', id, $2, $2 FROM approval \
        WHERE subject_id = $1 AND session_id <> $3 AND revoked_at = $2 ORDER BY id \
        ON CONFLICT (noun, key) DO UPDATE \
        SET version = change_feed.version + 1, changed_at = excluded.changed_at";
    WITHDRAW = "DELETE FROM consent WHERE subject_id = $1 AND client_id = $2";
    REVOKE_OF_CLIENT = "UPDATE approval SET revoked_at = $3 \
        WHERE subject_id = $1 AND client_id = $2 AND revoked_at IS NULL";
    FEED_OF_CLIENT = "INSERT INTO change_feed (noun, key, version, changed_at) \
        SELECT 'approval', id, $3, $3 FROM approval \
        WHERE subject_id = $1 AND client_id = $2 AND revoked_at = $3 ORDER BY id \
        ON CONFLICT (noun, key) DO UPDATE \
        SET version = change_feed.version + 1, changed_at = excluded.changed_at";
}

#[async_trait]
impl Accounts for Database {
    async fn consents_of(
        &self,
        subject: &Id<Subject>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Consent>> {
        let rows = query(CONSENTS)
            .bind(subject.as_str())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(consent).collect()
    }

    async fn approvals_of(
        &self,
        subject: &Id<Subject>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ApprovalRecord>> {
        let rows = query(APPROVALS)
            .bind(subject.as_str())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(approval).collect()
    }

    async fn identifiers_of(&self, subject: &Id<Subject>) -> Result<Vec<String>> {
        let rows = query(IDENTIFIERS)
            .bind(subject.as_str())
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(|row| text(row, "canonical")).collect()
    }
}

/// Puts a password in place of the one that was proven, and ends all sessions but one.
pub(super) async fn change_password(
    connection: &mut Connection,
    subject: &Id<Subject>,
    hashes: &PasswordHashes,
    kept: &Id<Session>,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let changed = query(NEW_PASSWORD)
        .bind(subject.as_str())
        .bind(hashes.old.as_str())
        .bind(hashes.new.as_str())
        .bind(now.seconds())
        .execute(&mut *connection)
        .await?;
    if changed.rows_affected() == 0 {
        return Ok(Administered::Stale);
    }
    end_others(connection, subject, kept, now).await?;
    feed(connection, "subject", subject.as_str(), now).await?;
    Ok(Administered::Done)
}

/// Ends all sessions of somebody but one, and revokes what came of them. In the order of
/// `sessions::end`, for the same reasons.
pub(super) async fn end_others(
    connection: &mut Connection,
    subject: &Id<Subject>,
    kept: &Id<Session>,
    now: Timestamp,
) -> sqlx::Result<()> {
    let ended = query(END_OTHERS)
        .bind(subject.as_str())
        .bind(now.seconds())
        .bind(kept.as_str())
        .fetch_all(&mut *connection)
        .await?;
    for row in &ended {
        let session: String = row.try_get("id")?;
        logouts::record(connection, &session, now).await?;
    }
    for statement in [REVOKE_OTHERS, FEED_OTHERS] {
        query(statement)
            .bind(subject.as_str())
            .bind(now.seconds())
            .bind(kept.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Takes back what somebody allowed a client, and all that the client has of it.
pub(super) async fn withdraw(
    connection: &mut Connection,
    subject: &Id<Subject>,
    client: &Id<Client>,
    now: Timestamp,
) -> sqlx::Result<Administered> {
    let withdrawn = query(WITHDRAW)
        .bind(subject.as_str())
        .bind(client.as_str())
        .execute(&mut *connection)
        .await?;
    for statement in [REVOKE_OF_CLIENT, FEED_OF_CLIENT] {
        query(statement)
            .bind(subject.as_str())
            .bind(client.as_str())
            .bind(now.seconds())
            .execute(&mut *connection)
            .await?;
    }
    Ok(found(withdrawn.rows_affected(), Administered::Missing))
}

fn consent(row: &Row) -> Result<Consent> {
    within("consent", &name(row, "client_id"), || {
        Ok(Consent {
            client: id(row, "client_id")?,
            scope: scope(row, "scope")?,
            updated_at: instant(row, "updated_at")?,
        })
    })
}

fn approval(row: &Row) -> Result<ApprovalRecord> {
    within("approval", &name(row, "id"), || {
        Ok(ApprovalRecord {
            id: id(row, "id")?,
            client: id(row, "client_id")?,
            session: id(row, "session_id")?,
            scope: scope(row, "scope")?,
            created_at: instant(row, "created_at")?,
            refresh_expires_at: instant(row, "refresh_expires_at")?,
            revoked_at: optional_instant(row, "revoked_at")?,
        })
    })
}
