//! What the grants have in common by which somebody asks until a person has decided elsewhere:
//! `device_code` and `backchannel`.
//!
//! Every question but the first has to wait for the interval, also the one that gets the tokens:
//! of several at once, on whichever instance, one is answered and the others are told to slow down.
//! What is asked with is good for one set of tokens; a second use later revokes what came of it, as
//! with an authorization code (requirement A2.3).

use crate::{
    approval::{Approval, ApprovalState},
    client::Client,
    decision::{Change, Decision},
    error::{ErrorCode, OAuthError},
    grant::authorization_code,
    subject::Subject,
    token::{
        Issuance, Tokens,
        granted::{Granted, NotGranted},
        target::{TargetRefusal, Targets},
    },
    waiting::{Said, Waiting},
};

/// What is known when a question is decided.
#[derive(Debug)]
pub struct Facts<'a> {
    /// What waits, if something waits with what was asked with.
    pub waiting: Option<Waiting<'a>>,
    /// What the person allowed, if they did.
    pub approval: Option<&'a Approval>,
    /// The person, if still there.
    pub subject: Option<&'a Subject>,
}

/// Every reason for which who asks gets nothing, or nothing yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person has not said anything yet.
    AuthorizationPending,
    /// The person said no.
    Denied,
    /// The person took too long, or who asks is too late.
    Expired,
    /// It waits for another client.
    OtherClient,
    /// The person is not, or no longer, of the organization that was asked for (requirement A7.3).
    OutsideOrganization,
    /// Redeemed before: everything that came of it is revoked.
    Reused,
    /// Withdrawn before it was asked for, by signing out or by an administrator.
    Revoked,
    /// The rules allow nothing of what was approved now.
    ScopeNotAllowed,
    /// Asked too often.
    SlowDown,
    /// The person is disabled or gone (requirement A6.8).
    SubjectInactive,
    /// A `resource` that is malformed, was not authorized, or is no longer the client's.
    Target(TargetRefusal),
    /// Nothing waits with this.
    Unknown,
}

impl Refusal {
    /// What the client is told (RFC 8628 §3.5, CIBA §11). `gone`: what it asked with is no good.
    pub(super) const fn wire(self, gone: &'static str) -> OAuthError {
        match self {
            Self::AuthorizationPending => OAuthError::new(
                ErrorCode::AuthorizationPending,
                "the person has not answered yet; ask again after the interval",
            ),
            Self::SlowDown => OAuthError::new(
                ErrorCode::SlowDown,
                "asked too often; wait 5 seconds longer from now on",
            ),
            Self::Expired => OAuthError::new(
                ErrorCode::ExpiredToken,
                "nobody answered in time, or you ask too late; begin again",
            ),
            Self::Denied => OAuthError::new(
                ErrorCode::AccessDenied,
                "the person did not allow the request",
            ),
            Self::ScopeNotAllowed => NotGranted::NothingAllowed.wire(),
            Self::Target(refusal) => refusal.wire(),
            Self::OtherClient
            | Self::OutsideOrganization
            | Self::Reused
            | Self::Revoked
            | Self::SubjectInactive
            | Self::Unknown => OAuthError::new(ErrorCode::InvalidGrant, gone),
        }
    }
}

impl From<TargetRefusal> for Refusal {
    fn from(refusal: TargetRefusal) -> Self {
        Self::Target(refusal)
    }
}

impl From<NotGranted> for Refusal {
    fn from(refusal: NotGranted) -> Self {
        match refusal {
            NotGranted::NothingAllowed => Self::ScopeNotAllowed,
            NotGranted::OutsideOrganization => Self::OutsideOrganization,
        }
    }
}

/// The rule. `picked`: which of the resources the tokens are for.
pub fn decide(
    picked: &Targets,
    client: &Client,
    facts: &Facts<'_>,
    issuance: Issuance<'_>,
) -> Decision<Result<Tokens, Refusal>> {
    let now = issuance.now;
    let Some(waiting) = &facts.waiting else {
        return Decision::unchanged(Err(Refusal::Unknown));
    };
    if *waiting.client != client.id {
        return Decision::unchanged(Err(Refusal::OtherClient));
    }
    if now >= waiting.expires_at {
        return Decision::unchanged(Err(Refusal::Expired));
    }
    let waiter = waiting.waiter;
    if waiting.is_hasty(now) {
        return Decision {
            changes: vec![Change::SlowDown { waiter, at: now }],
            outcome: Err(Refusal::SlowDown),
        };
    }
    let polled = Change::RecordPoll {
        waiter,
        before: waiting.polled_at,
        at: now,
    };
    let mut decision = match waiting.said {
        Said::Pending => Decision::unchanged(Err(Refusal::AuthorizationPending)),
        Said::Denied { .. } => Decision::unchanged(Err(Refusal::Denied)),
        Said::Approved { .. } => redeem(picked, client, facts, issuance),
    };
    decision.changes.insert(0, polled);
    decision
}

fn redeem(
    picked: &Targets,
    client: &Client,
    facts: &Facts<'_>,
    issuance: Issuance<'_>,
) -> Decision<Result<Tokens, Refusal>> {
    // One that is gone has expired or went with its person.
    let Some(approval) = facts.approval else {
        return Decision::unchanged(Err(Refusal::Revoked));
    };
    match &approval.state {
        ApprovalState::Pending => {}
        ApprovalState::Redeemed { .. } => {
            let revoke = Change::RevokeApproval {
                approval: approval.id.clone(),
                at: issuance.now,
            };
            return Decision {
                changes: vec![revoke],
                outcome: Err(Refusal::Reused),
            };
        }
        ApprovalState::Revoked { .. } => return Decision::unchanged(Err(Refusal::Revoked)),
    }
    match facts.subject {
        Some(subject) if subject.is_active() => {
            let scope = &approval.scope;
            // What was asked with stays good when this fails.
            match Granted::of_approval(issuance, client, subject, approval, scope, picked) {
                Ok(granted) => authorization_code::redeem(approval, granted, issuance),
                Err(refusal) => Decision::unchanged(Err(refusal)),
            }
        }
        _ => Decision::unchanged(Err(Refusal::SubjectInactive)),
    }
}
