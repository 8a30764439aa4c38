//! Clients that are to be told of the end of sessions.

use async_trait::async_trait;
use sqlx::query;
use symbolon_core::{
    client::Client, id::Id, logout::back_channel::Notice, session::Session, time::Timestamp,
};

use super::{Connection, Database, Row};
use crate::{
    Applied, Logouts, Result,
    record::read::{id, instant, name, number, within},
};

statements! {
    // Registrations are compact JSON, so a client that has the member is found without knowing JSON.
    // A name with the same letters in it has its quotes escaped; and whoever is found in vain is
    // dropped when its turn comes.
    RECORD = "INSERT INTO logout_notice (session_id, client_id, subject_id, tries, due_at) \
        SELECT DISTINCT approval.session_id, approval.client_id, approval.subject_id, \
        CAST(0 AS BIGINT), CAST($2 AS BIGINT) \
        FROM approval JOIN client ON client.id = approval.client_id \
        WHERE approval.session_id = $1 AND client.metadata LIKE '%\"backchannel_logout_uri\":%' \
        ON CONFLICT (session_id, client_id) DO NOTHING";
    DUE = "SELECT session_id, client_id, subject_id, tries, due_at FROM logout_notice \
        WHERE due_at <= $1 ORDER BY due_at, session_id, client_id LIMIT $2";
    CLAIM = "UPDATE logout_notice SET tries = tries + 1, due_at = $4 \
        WHERE session_id = $1 AND client_id = $2 AND tries = $3";
    POSTPONE = "UPDATE logout_notice SET due_at = $4 \
        WHERE session_id = $1 AND client_id = $2 AND tries = $3";
    SETTLE = "DELETE FROM logout_notice WHERE session_id = $1 AND client_id = $2 AND tries = $3";
    CLIENTS = "SELECT DISTINCT client_id FROM approval WHERE session_id = $1 ORDER BY client_id";
}

#[async_trait]
impl Logouts for Database {
    async fn due_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<Notice>> {
        let rows = query(DUE)
            .bind(now.seconds())
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(notice).collect()
    }

    async fn claim_notice(&self, notice: &Notice, until: Timestamp) -> Result<Applied> {
        let claimed = query(CLAIM)
            .bind(notice.session.as_str())
            .bind(notice.client.as_str())
            .bind(i64::from(notice.tries))
            .bind(until.seconds())
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(claimed.rows_affected()))
    }

    async fn postpone_notice(&self, notice: &Notice, due_at: Timestamp) -> Result<()> {
        query(POSTPONE)
            .bind(notice.session.as_str())
            .bind(notice.client.as_str())
            .bind(i64::from(notice.tries))
            .bind(due_at.seconds())
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn settle_notice(&self, notice: &Notice) -> Result<()> {
        query(SETTLE)
            .bind(notice.session.as_str())
            .bind(notice.client.as_str())
            .bind(i64::from(notice.tries))
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn clients_of_session(&self, session: &Id<Session>) -> Result<Vec<Id<Client>>> {
        let rows = query(CLIENTS)
            .bind(session.as_str())
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .map(|row| within("approval", session.as_str(), || id(row, "client_id")))
            .collect()
    }
}

/// Records who is to be told of the end of a session, in the transaction that ends it.
pub(super) async fn record(
    connection: &mut Connection,
    session: &str,
    now: Timestamp,
) -> sqlx::Result<()> {
    query(RECORD)
        .bind(session)
        .bind(now.seconds())
        .execute(connection)
        .await?;
    Ok(())
}

fn notice(row: &Row) -> Result<Notice> {
    within("logout_notice", &name(row, "session_id"), || {
        Ok(Notice {
            client: id(row, "client_id")?,
            session: id(row, "session_id")?,
            subject: id(row, "subject_id")?,
            tries: number(row, "tries")?,
            due_at: instant(row, "due_at")?,
        })
    })
}
