//! Requests in the back channel that wait for a person, and the notices of those that do not any
//! more.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    approval::Approval,
    backchannel::{BackchannelRequest, BindingMessage},
    id::Id,
    secret::{AuthRequestId, AuthorizationCode, Digest},
    subject::Subject,
    time::{Lifetime, Timestamp},
    token::target::Targets,
};

use super::{Database, Row, waiting};
use crate::{
    Applied, BackchannelRequests, Notice, Result, StorageError,
    record::read::{
        OF_THIS_DIGEST, digest, id, instant, number, optional_instant, scope, within, words,
    },
};

statements! {
    INSERT = "INSERT INTO backchannel_request (digest, id, client_id, subject_id, scope, targets, \
        binding_message, created_at, expires_at, poll_interval, notice, notice_tries) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)";
    BY_DIGEST = "SELECT digest, id, client_id, subject_id, scope, targets, binding_message, \
        created_at, expires_at, poll_interval, polled_at, approval_id, denied_at \
        FROM backchannel_request WHERE digest = $1";
    BY_ID = "SELECT digest, id, client_id, subject_id, scope, targets, binding_message, \
        created_at, expires_at, poll_interval, polled_at, approval_id, denied_at \
        FROM backchannel_request WHERE id = $1";
    OPEN = "SELECT digest, id, client_id, subject_id, scope, targets, binding_message, \
        created_at, expires_at, poll_interval, polled_at, approval_id, denied_at \
        FROM backchannel_request WHERE subject_id = $1 AND expires_at > $2 \
        AND approval_id IS NULL AND denied_at IS NULL ORDER BY created_at, id LIMIT $3";
    APPROVE = "UPDATE backchannel_request SET approval_id = $2, \
        notice_due_at = CASE WHEN notice IS NULL THEN NULL ELSE $3 END \
        WHERE digest = $1 AND approval_id IS NULL AND denied_at IS NULL AND expires_at > $3";
    DENY = "UPDATE backchannel_request SET denied_at = $2, \
        notice_due_at = CASE WHEN notice IS NULL THEN NULL ELSE $2 END \
        WHERE digest = $1 AND approval_id IS NULL AND denied_at IS NULL AND expires_at > $2";
    TAKE = "UPDATE backchannel_request SET notice_due_at = $2, notice_tries = notice_tries + 1 \
        WHERE notice_due_at <= $1 AND digest IN (SELECT digest FROM backchannel_request \
        WHERE notice_due_at <= $1 AND expires_at > $1 ORDER BY notice_due_at LIMIT $3) \
        RETURNING digest, client_id, notice, notice_tries";
    POSTPONE = "UPDATE backchannel_request SET notice_due_at = $2 WHERE digest = $1";
    FORGET = "UPDATE backchannel_request SET notice_due_at = NULL, notice = NULL \
        WHERE digest = $1";
}

#[async_trait]
impl BackchannelRequests for Database {
    async fn create_backchannel_request(
        &self,
        request: &BackchannelRequest,
        notice: Option<&[u8]>,
    ) -> Result<()> {
        let message = request.binding_message.as_ref();
        query(INSERT)
            .bind(request.digest.as_bytes())
            .bind(request.id.as_str())
            .bind(request.client.as_str())
            .bind(request.subject.as_str())
            .bind(request.scope.to_string())
            .bind(request.targets.as_slice().join(" "))
            .bind(message.map(BindingMessage::as_str))
            .bind(request.created_at.seconds())
            .bind(request.expires_at.seconds())
            .bind(i64::from(request.interval.seconds()))
            .bind(notice)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    async fn backchannel_request(
        &self,
        digest: Digest<AuthRequestId>,
    ) -> Result<Option<BackchannelRequest>> {
        let row = query(BY_DIGEST)
            .bind(digest.as_bytes())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(request).transpose()
    }

    async fn backchannel_request_of_id(
        &self,
        id: &Id<BackchannelRequest>,
    ) -> Result<Option<BackchannelRequest>> {
        let row = query(BY_ID)
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(request).transpose()
    }

    async fn open_backchannel_requests(
        &self,
        subject: &Id<Subject>,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<BackchannelRequest>> {
        let rows = query(OPEN)
            .bind(subject.as_str())
            .bind(now.seconds())
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        rows.iter().map(request).collect()
    }

    async fn approve_backchannel_request(
        &self,
        request: Digest<AuthRequestId>,
        approval: &Approval,
        code: Digest<AuthorizationCode>,
    ) -> Result<Applied> {
        waiting::approve(self, APPROVE, request.as_bytes(), approval, code).await
    }

    async fn deny_backchannel_request(
        &self,
        request: Digest<AuthRequestId>,
        now: Timestamp,
    ) -> Result<Applied> {
        let denied = query(DENY)
            .bind(request.as_bytes())
            .bind(now.seconds())
            .execute(&self.writer)
            .await?;
        Ok(Applied::of(denied.rows_affected()))
    }

    async fn take_backchannel_notices(
        &self,
        now: Timestamp,
        again: Timestamp,
        limit: u32,
    ) -> Result<Vec<Notice>> {
        let rows = query(TAKE)
            .bind(now.seconds())
            .bind(again.seconds())
            .bind(i64::from(limit))
            .fetch_all(&self.writer)
            .await?;
        rows.iter().map(notice).collect()
    }

    async fn settle_backchannel_notice(
        &self,
        request: Digest<AuthRequestId>,
        again: Option<Timestamp>,
    ) -> Result<()> {
        let settled = match again {
            Some(at) => query(POSTPONE).bind(request.as_bytes()).bind(at.seconds()),
            None => query(FORGET).bind(request.as_bytes()),
        };
        settled.execute(&self.writer).await?;
        Ok(())
    }
}

fn request(row: &Row) -> Result<BackchannelRequest> {
    within("backchannel_request", OF_THIS_DIGEST, || {
        let message: Option<String> = row.try_get("binding_message")?;
        let message = message.map(|text| BindingMessage::parse(&text)).transpose();
        Ok(BackchannelRequest {
            digest: digest(row, "digest")?,
            id: id(row, "id")?,
            client: id(row, "client_id")?,
            subject: id(row, "subject_id")?,
            scope: scope(row, "scope")?,
            targets: Targets::trusted(words(row, "targets")?),
            binding_message: message.map_err(|_| StorageError::corrupt("binding_message"))?,
            created_at: instant(row, "created_at")?,
            expires_at: instant(row, "expires_at")?,
            interval: Lifetime::from_seconds(number(row, "poll_interval")?),
            polled_at: optional_instant(row, "polled_at")?,
            said: waiting::said(row)?,
        })
    })
}

fn notice(row: &Row) -> Result<Notice> {
    within("backchannel_request", OF_THIS_DIGEST, || {
        Ok(Notice {
            request: digest(row, "digest")?,
            client: id(row, "client_id")?,
            sealed: row.try_get("notice")?,
            tries: number(row, "notice_tries")?,
        })
    })
}
