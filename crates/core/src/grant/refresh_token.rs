//! The refresh token grant: a refresh token for new tokens, and for its successor.
//!
//! Every use rotates. A token that was used up is refused and its whole family revoked
//! (RFC 9700 §4.14.2), but for a double submit within the grace, which gets the same successor
//! again ([`crate::token::refresh`]). Everything that was true at the first issue is asked again:
//! client, person, organization, roles (requirement A2.6).
#![doc(alias = "RFC 6749 §6")]

use crate::{
    approval::{Approval, ApprovalState},
    client::Client,
    decision::{Change, Decision},
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    scope::Scope,
    secret::{RefreshToken, Secret},
    subject::Subject,
    token::{
        Issuance, Tokens,
        access::AccessTokenPlan,
        id::IdTokenPlan,
        refresh::{self, Standing},
    },
};

/// What the client sends.
#[derive(Debug)]
pub struct Request {
    /// The refresh token. `None`: it cannot be one of ours.
    pub token: Option<Secret<RefreshToken>>,
    scope: Option<Scope>,
}

/// What is known when the request is decided.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The approval whose family the token names, if there is one.
    pub approval: Option<&'a Approval>,
    /// The person who gave it, if still there.
    pub subject: Option<&'a Subject>,
}

/// Every way a refresh request can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Unused for too long, or the family is too old.
    Expired,
    /// Issued to another client.
    OtherClient,
    /// Used up: the family is revoked.
    Replayed,
    /// Withdrawn by the person, an administrator, a sign-out or a replay.
    Revoked,
    /// `scope` is no scope.
    ScopeMalformed,
    /// `scope` asks for more than was approved (RFC 6749 §6).
    ScopeWidened,
    /// The person is disabled or gone.
    SubjectInactive,
    /// No `refresh_token`.
    TokenMissing,
    /// No such token, or not one at all.
    TokenUnknown,
}

impl Refusal {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::TokenMissing => {
                OAuthError::new(ErrorCode::InvalidRequest, "refresh_token is missing")
            }
            Self::ScopeMalformed => OAuthError::new(
                ErrorCode::InvalidScope,
                "scope is not words of visible ASCII separated by spaces (RFC 6749 3.3)",
            ),
            Self::ScopeWidened => OAuthError::new(
                ErrorCode::InvalidScope,
                "scope asks for more than was granted at first; leave it out to keep what was granted",
            ),
            Self::Expired
            | Self::OtherClient
            | Self::Replayed
            | Self::Revoked
            | Self::SubjectInactive
            | Self::TokenUnknown => OAuthError::new(
                ErrorCode::InvalidGrant,
                "the refresh token is invalid, expired, used before, revoked, or was issued to another client",
            ),
        }
    }
}

impl Request {
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`Refusal`] when one is missing or malformed.
    pub fn parse(parameters: &Parameters) -> Result<Self, Refusal> {
        let token = parameters
            .value("refresh_token")
            .ok_or(Refusal::TokenMissing)?;
        let scope = parameters.value("scope").map(Scope::parse).transpose();
        Ok(Self {
            token: Secret::parse(token).ok(),
            scope: scope.map_err(|_| Refusal::ScopeMalformed)?,
        })
    }
}

/// The rule.
pub fn decide(
    request: &Request,
    client: &Client,
    facts: &Facts<'_>,
    issuance: Issuance<'_>,
) -> Decision<Result<Tokens, Refusal>> {
    let (Some(approval), Some(token)) = (facts.approval, &request.token) else {
        return Decision::unchanged(Err(Refusal::TokenUnknown));
    };
    if approval.client != client.id {
        return Decision::unchanged(Err(Refusal::OtherClient));
    }
    let family = match &approval.state {
        ApprovalState::Redeemed {
            refresh: Some(family),
        } => family,
        ApprovalState::Revoked { .. } => return Decision::unchanged(Err(Refusal::Revoked)),
        ApprovalState::Pending | ApprovalState::Redeemed { refresh: None } => {
            return Decision::unchanged(Err(Refusal::TokenUnknown));
        }
    };

    let Issuance {
        now,
        settings,
        succession,
        ..
    } = issuance;
    let (successor, change) = match refresh::standing(token, family, succession, settings, now) {
        Standing::Current(successor) => {
            let rotate = Change::RotateRefreshToken {
                approval: approval.id.clone(),
                from: family.current,
                to: successor.generation_digest(),
                at: now,
            };
            (successor, Some(rotate))
        }
        Standing::Repeated(successor) => (successor, None),
        Standing::Replayed => {
            let revoke = Change::RevokeApproval {
                approval: approval.id.clone(),
                at: now,
            };
            return Decision {
                changes: vec![revoke],
                outcome: Err(Refusal::Replayed),
            };
        }
    };

    let idle = now >= family.rotated_at.plus(settings.refresh_idle_lifetime);
    if idle || now >= approval.refresh_expires_at {
        return Decision::unchanged(Err(Refusal::Expired));
    }
    let Some(subject) = facts.subject.filter(|subject| subject.is_active()) else {
        return Decision::unchanged(Err(Refusal::SubjectInactive));
    };
    let scope = request.scope.as_ref().unwrap_or(&approval.scope);
    if !approval.scope.covers(scope) {
        return Decision::unchanged(Err(Refusal::ScopeWidened));
    }

    let authentication = approval.authentication();
    let access = AccessTokenPlan::new(issuance, client, subject, Some(&authentication), scope);
    let id = IdTokenPlan::new(issuance, client, subject, approval, scope, None);
    let mut changes = Vec::from_iter(change);
    let record = access.record(&approval.claims);
    changes.extend(record.map(|token| Change::IssueOpaqueAccessToken(Box::new(token))));
    let tokens = Tokens {
        access,
        id,
        refresh: Some(successor),
        scope: scope.clone(),
    };
    Decision {
        changes,
        outcome: Ok(tokens),
    }
}
