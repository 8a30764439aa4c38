//! Single sign-on sessions. Ending one ends what came of it, unless it was approved for offline
//! access.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{id::Id, session::Session, subject::Subject, time::Timestamp};

use super::{Connection, Database, Row, logouts};
use crate::{
    Result, Sessions,
    error::is_serialization,
    record::read::{id, instant, name, optional_instant, within, words},
};

statements! {
    INSERT = "INSERT INTO session (id, subject_id, authenticated_at, methods, created_at, seen_at, \
        ended_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)";
    READ = "SELECT id, subject_id, authenticated_at, methods, created_at, seen_at, ended_at \
        FROM session WHERE id = $1";
    REAUTHENTICATE = "UPDATE session SET authenticated_at = $2, seen_at = $2 WHERE id = $1";
    TOUCH = "UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2";
    END = "UPDATE session SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL RETURNING id";
    REVOKE_OF_SESSION = "UPDATE approval SET revoked_at = $2 \
        WHERE session_id = $1 AND revoked_at IS NULL AND offline_at IS NULL";
    FEED_OF_SESSION = "INSERT INTO change_feed (noun, key, version, changed_at) \
        SELECT 'approval', id, $2, $2 FROM approval \
        WHERE session_id = $1 AND revoked_at = $2 AND offline_at IS NULL ORDER BY id \
        ON CONFLICT (noun, key) DO UPDATE \
        SET version = change_feed.version + 1, changed_at = excluded.changed_at";
    END_ALL = "UPDATE session SET ended_at = $2 WHERE subject_id = $1 AND ended_at IS NULL \
        RETURNING id";
    REVOKE_OF_SUBJECT = "UPDATE approval SET revoked_at = $2 \
        WHERE subject_id = $1 AND revoked_at IS NULL";
    FEED_OF_SUBJECT = "INSERT INTO change_feed (noun, key, version, changed_at) \
        SELECT 'approval', id, $2, $2 FROM approval \
        WHERE subject_id = $1 AND revoked_at = $2 ORDER BY id \
        ON CONFLICT (noun, key) DO UPDATE \
        SET version = change_feed.version + 1, changed_at = excluded.changed_at";
}

#[async_trait]
impl Sessions for Database {
    async fn create_session(&self, session: &Session) -> Result<()> {
        query(INSERT)
            .bind(session.id.as_str())
            .bind(session.subject.as_str())
            .bind(session.authenticated_at.seconds())
            .bind(session.methods.join(" "))
            .bind(session.created_at.seconds())
            .bind(session.seen_at.seconds())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn session(&self, id: &Id<Session>) -> Result<Option<Session>> {
        let row = query(READ)
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(session).transpose()
    }

    async fn reauthenticate_session(&self, id: &Id<Session>, now: Timestamp) -> Result<()> {
        query(REAUTHENTICATE)
            .bind(id.as_str())
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn touch_session(&self, id: &Id<Session>, now: Timestamp) -> Result<()> {
        query(TOUCH)
            .bind(id.as_str())
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn end_session(&self, id: &Id<Session>, now: Timestamp) -> Result<()> {
        end(self, END_ONE, id.as_str(), now).await
    }

    async fn end_sessions_of(&self, subject: &Id<Subject>, now: Timestamp) -> Result<()> {
        end(self, END_EVERY, subject.as_str(), now).await
    }
}

const END_ONE: [&str; 3] = [END, REVOKE_OF_SESSION, FEED_OF_SESSION];
const END_EVERY: [&str; 3] = [END_ALL, REVOKE_OF_SUBJECT, FEED_OF_SUBJECT];

/// How often the end of sessions is tried when other transactions come in between.
const TRIES: u32 = 5;

/// Ends sessions, revokes, and tells, in this order: what revokes a single approval locks in the
/// same one, and what is told is what was revoked. Two that revoke several approvals may still lock
/// these crosswise: then one of them begins anew.
async fn end(
    database: &Database,
    statements: [&'static str; 3],
    key: &str,
    now: Timestamp,
) -> Result<()> {
    let mut tries = 1;
    loop {
        match end_once(database, statements, key, now).await {
            Err(error) if is_serialization(&error) && tries < TRIES => tries += 1,
            outcome => return Ok(outcome?),
        }
    }
}

async fn end_once(
    database: &Database,
    statements: [&'static str; 3],
    key: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    let mut transaction = database.begin().await?;
    end_in(&mut transaction, statements, key, now).await?;
    transaction.commit().await
}

/// Ends a session, in a transaction that does more.
pub(super) async fn end_one(
    connection: &mut Connection,
    id: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    end_in(connection, END_ONE, id, now).await
}

/// Ends all sessions of a subject, in a transaction that does more.
pub(super) async fn end_all(
    connection: &mut Connection,
    subject: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    end_in(connection, END_EVERY, subject, now).await
}

/// Whoever ends a session has its clients told: of two at once, one.
pub(super) async fn end_in(
    connection: &mut Connection,
    statements: [&'static str; 3],
    key: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    let [end, revoke, tell] = statements;
    let ended = query(end)
        .bind(key)
        .bind(now.seconds())
        .fetch_all(&mut *connection)
        .await?;
    for row in &ended {
        let session: String = row.try_get("id")?;
        logouts::record(connection, &session, now).await?;
    }
    for statement in [revoke, tell] {
        query(statement)
            .bind(key)
            .bind(now.seconds())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The session of a row.
pub(super) fn session(row: &Row) -> Result<Session> {
    within("session", &name(row, "id"), || {
        Ok(Session {
            id: id(row, "id")?,
            subject: id(row, "subject_id")?,
            authenticated_at: instant(row, "authenticated_at")?,
            methods: words(row, "methods")?,
            created_at: instant(row, "created_at")?,
            seen_at: instant(row, "seen_at")?,
            ended_at: optional_instant(row, "ended_at")?,
        })
    })
}
