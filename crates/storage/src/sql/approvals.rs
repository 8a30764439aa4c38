//! Approvals: one row a sign-in, whatever comes of it.

use async_trait::async_trait;
use sqlx::{Row as _, query};
use symbolon_core::{
    approval::{Approval, ApprovalState, RefreshFamilyState},
    dpop::Thumbprint,
    id::Id,
    pkce::Challenge,
    scope::Scope,
    secret::{AuthorizationCode, Digest, RefreshFamily},
    token::{
        confirmation::{CertificateThumbprint, Confirmation},
        target::Targets,
    },
};

use super::{Connection, Database, Row};
use crate::{
    Approvals, Result, StorageError,
    record::read::{
        id, instant, json, name, optional_digest, optional_instant, scope, text, within, words,
    },
};

// Columns are named: with `*`, SQLite finds more of them than were prepared for when a migration adds
// one meanwhile.
statements! {
    INSERT = "INSERT INTO approval (id, client_id, subject_id, session_id, scope, offline_at, \
        claims, nonce, authenticated_at, acr, methods, redirect_uri, challenge, created_at, \
        code_digest, code_expires_at, refresh_expires_at, code_key, targets, redeemed_at, \
        authorization_details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
        $19, $20, $21)";
    PUT_CONSENT = "INSERT INTO consent (subject_id, client_id, scope, updated_at) \
        VALUES ($1, $2, $3, $4) \
        ON CONFLICT (subject_id, client_id) \
        DO UPDATE SET scope = excluded.scope, updated_at = excluded.updated_at";
    BY_CODE = "SELECT id, client_id, subject_id, session_id, scope, claims, nonce, \
        authenticated_at, acr, methods, redirect_uri, challenge, code_key, targets, \
        authorization_details, created_at, \
        code_expires_at, redeemed_at, refresh_family, refresh_current, refresh_previous, \
        refresh_rotated_at, refresh_key, refresh_certificate, refresh_expires_at, revoked_at \
        FROM approval WHERE code_digest = $1";
    BY_FAMILY = "SELECT id, client_id, subject_id, session_id, scope, claims, nonce, \
        authenticated_at, acr, methods, redirect_uri, challenge, code_key, targets, \
        authorization_details, created_at, \
        code_expires_at, redeemed_at, refresh_family, refresh_current, refresh_previous, \
        refresh_rotated_at, refresh_key, refresh_certificate, refresh_expires_at, revoked_at \
        FROM approval WHERE refresh_family = $1";
    BY_ID = "SELECT id, client_id, subject_id, session_id, scope, claims, nonce, \
        authenticated_at, acr, methods, redirect_uri, challenge, code_key, targets, \
        authorization_details, created_at, \
        code_expires_at, redeemed_at, refresh_family, refresh_current, refresh_previous, \
        refresh_rotated_at, refresh_key, refresh_certificate, refresh_expires_at, revoked_at \
        FROM approval WHERE id = $1";
}

#[async_trait]
impl Approvals for Database {
    async fn create_approval(
        &self,
        approval: &Approval,
        code: Digest<AuthorizationCode>,
        consent: Option<&Scope>,
    ) -> Result<()> {
        let Some(consent) = consent else {
            let mut connection = self.writer.acquire().await?;
            insert(&mut connection, approval, code).await?;
            return Ok(());
        };
        let mut transaction = self.begin().await?;
        insert(&mut transaction, approval, code).await?;
        query(PUT_CONSENT)
            .bind(approval.subject.as_str())
            .bind(approval.client.as_str())
            .bind(consent.to_string())
            .bind(approval.created_at.seconds())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    async fn approval_of_code(&self, code: Digest<AuthorizationCode>) -> Result<Option<Approval>> {
        let row = query(BY_CODE)
            .bind(code.as_bytes())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(approval).transpose()
    }

    async fn approval_of_family(&self, family: Digest<RefreshFamily>) -> Result<Option<Approval>> {
        let row = query(BY_FAMILY)
            .bind(family.as_bytes())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(approval).transpose()
    }

    async fn approval(&self, id: &Id<Approval>) -> Result<Option<Approval>> {
        let row = query(BY_ID)
            .bind(id.as_str())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(approval).transpose()
    }
}

/// Records an approval with the digest of its code.
pub(super) async fn insert(
    connection: &mut Connection,
    approval: &Approval,
    code: Digest<AuthorizationCode>,
) -> sqlx::Result<()> {
    let offline = approval.scope.contains("offline_access");
    let challenge = approval.challenge.map(|challenge| challenge.to_text());
    let redeemed = matches!(approval.state, ApprovalState::Redeemed { .. });
    query(INSERT)
        .bind(approval.id.as_str())
        .bind(approval.client.as_str())
        .bind(approval.subject.as_str())
        .bind(approval.session.as_str())
        .bind(approval.scope.to_string())
        .bind(offline.then_some(approval.created_at.seconds()))
        .bind(serde_json::to_string(&approval.claims).unwrap_or_default())
        .bind(approval.nonce.as_deref())
        .bind(approval.authenticated_at.seconds())
        .bind(approval.acr.as_str())
        .bind(approval.methods.join(" "))
        .bind(approval.redirect_uri.as_str())
        .bind(challenge.unwrap_or_default())
        .bind(approval.created_at.seconds())
        .bind(code.as_bytes())
        .bind(approval.code_expires_at.seconds())
        .bind(approval.refresh_expires_at.seconds())
        .bind(approval.key.map(|key| key.to_text()))
        .bind(approval.targets.as_slice().join(" "))
        .bind(redeemed.then_some(approval.created_at.seconds()))
        .bind(serde_json::to_string(&approval.details).unwrap_or_default())
        .execute(connection)
        .await?;
    Ok(())
}

fn approval(row: &Row) -> Result<Approval> {
    within("approval", &name(row, "id"), || {
        Ok(Approval {
            id: id(row, "id")?,
            client: id(row, "client_id")?,
            subject: id(row, "subject_id")?,
            session: id(row, "session_id")?,
            scope: scope(row, "scope")?,
            targets: Targets::trusted(words(row, "targets")?),
            details: json(row, "authorization_details")?,
            claims: json(row, "claims")?,
            nonce: row.try_get("nonce")?,
            authenticated_at: instant(row, "authenticated_at")?,
            acr: text(row, "acr")?,
            methods: words(row, "methods")?,
            redirect_uri: text(row, "redirect_uri")?,
            challenge: challenge(row)?,
            key: key(row, "code_key")?,
            created_at: instant(row, "created_at")?,
            code_expires_at: instant(row, "code_expires_at")?,
            refresh_expires_at: instant(row, "refresh_expires_at")?,
            state: state(row)?,
        })
    })
}

/// Empty: the request had none.
fn challenge(row: &Row) -> Result<Option<Challenge>> {
    match text(row, "challenge")?.as_str() {
        "" => Ok(None),
        text => match Challenge::from_text(text) {
            Some(challenge) => Ok(Some(challenge)),
            None => Err(StorageError::corrupt("challenge")),
        },
    }
}

fn key(row: &Row, column: &'static str) -> Result<Option<Thumbprint>> {
    row.try_get::<Option<String>, _>(column)?
        .map(|text| Thumbprint::from_text(&text).ok_or_else(|| StorageError::corrupt(column)))
        .transpose()
}

/// What the family of refresh tokens is bound to: one thing at the most.
fn confirmation(row: &Row) -> Result<Confirmation> {
    let certificate = row.try_get::<Option<String>, _>("refresh_certificate")?;
    match (key(row, "refresh_key")?, certificate) {
        (None, None) => Ok(Confirmation::Nothing),
        (Some(key), None) => Ok(Confirmation::Key(key)),
        (None, Some(text)) => CertificateThumbprint::from_text(&text)
            .map(Confirmation::Certificate)
            .ok_or_else(|| StorageError::corrupt("refresh_certificate")),
        (Some(_), Some(_)) => Err(StorageError::corrupt("refresh_certificate")),
    }
}

/// The columns of a row become a state, or the row is none of ours.
fn state(row: &Row) -> Result<ApprovalState> {
    let revoked = optional_instant(row, "revoked_at")?;
    let redeemed = optional_instant(row, "redeemed_at")?;
    let family = optional_digest(row, "refresh_family")?;
    let current = optional_digest(row, "refresh_current")?;
    let rotated_at = optional_instant(row, "refresh_rotated_at")?;
    match (revoked, redeemed, family, current, rotated_at) {
        (Some(at), ..) => Ok(ApprovalState::Revoked { at }),
        (None, None, None, None, None) => Ok(ApprovalState::Pending),
        (None, Some(_), None, None, None) => Ok(ApprovalState::Redeemed { refresh: None }),
        (None, Some(_), Some(family), Some(current), Some(rotated_at)) => {
            let previous = optional_digest(row, "refresh_previous")?;
            let refresh = Some(RefreshFamilyState {
                family,
                current,
                previous,
                rotated_at,
                confirmation: confirmation(row)?,
            });
            Ok(ApprovalState::Redeemed { refresh })
        }
        _ => Err(StorageError::corrupt("redeemed_at")),
    }
}
