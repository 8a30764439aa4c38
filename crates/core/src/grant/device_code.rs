//! The device grant: a device asks whether the person has said yes, until they have.
//!
//! Every question but the first has to wait for the interval, also the one that gets the tokens:
//! of several at once, on whichever instance, one is answered and the others are told to slow down.
//! A device code is good for one set of tokens; a second use later revokes what came of it, as with
//! an authorization code (requirement A2.3).
#![doc(alias = "RFC 8628 §3.4")]

use crate::{
    approval::{Approval, ApprovalState},
    client::Client,
    decision::{Change, Decision},
    device::{DeviceAuthorization, DeviceState},
    error::{ErrorCode, OAuthError},
    grant::authorization_code,
    parameters::Parameters,
    secret::{DeviceCode, Secret},
    subject::Subject,
    token::{
        Issuance, Tokens,
        granted::{Granted, NotGranted},
        target::{TargetRefusal, Targets},
    },
};

/// What the client sends.
#[derive(Debug)]
pub struct Request {
    /// The code. `None`: it cannot be one of ours.
    pub code: Option<Secret<DeviceCode>>,
    targets: Targets,
}

/// What is known when the request is decided.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The device that the code belongs to, if there is one.
    pub device: Option<&'a DeviceAuthorization>,
    /// What the person allowed, if they did.
    pub approval: Option<&'a Approval>,
    /// The person, if still there.
    pub subject: Option<&'a Subject>,
}

/// Every reason for which a device gets nothing, or nothing yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The person has not said anything yet.
    AuthorizationPending,
    /// The person took too long, or the device asks too late.
    CodeExpired,
    /// No `device_code`.
    CodeMissing,
    /// Redeemed before: everything that came of it is revoked.
    CodeReused,
    /// No such code, or not one at all.
    CodeUnknown,
    /// The person said no.
    Denied,
    /// Made for another client.
    OtherClient,
    /// The person is not, or no longer, of the organization that was asked for (requirement A7.3).
    OutsideOrganization,
    /// Withdrawn before the device came for it, by signing out or by an administrator.
    Revoked,
    /// The rules allow nothing of what was approved now.
    ScopeNotAllowed,
    /// The device asks too often.
    SlowDown,
    /// The person is disabled or gone (requirement A6.8).
    SubjectInactive,
    /// A `resource` that is malformed, was not authorized, or is no longer the client's.
    Target(TargetRefusal),
}

impl Refusal {
    /// What the client is told (RFC 8628 §3.5).
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::AuthorizationPending => OAuthError::new(
                ErrorCode::AuthorizationPending,
                "the person has not answered yet; ask again after the interval",
            ),
            Self::SlowDown => OAuthError::new(
                ErrorCode::SlowDown,
                "the device asks too often; wait 5 seconds longer from now on",
            ),
            Self::CodeExpired => OAuthError::new(
                ErrorCode::ExpiredToken,
                "the device code has expired; begin again",
            ),
            Self::Denied => OAuthError::new(
                ErrorCode::AccessDenied,
                "the person did not allow the request",
            ),
            Self::CodeMissing => {
                OAuthError::new(ErrorCode::InvalidRequest, "device_code is missing")
            }
            Self::ScopeNotAllowed => NotGranted::NothingAllowed.wire(),
            Self::Target(refusal) => refusal.wire(),
            Self::CodeReused
            | Self::CodeUnknown
            | Self::OtherClient
            | Self::OutsideOrganization
            | Self::Revoked
            | Self::SubjectInactive => OAuthError::new(
                ErrorCode::InvalidGrant,
                "the device code is invalid, used before, withdrawn, or was issued to another client",
            ),
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

impl Request {
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`Refusal`] when one is missing.
    pub fn parse(parameters: &Parameters) -> Result<Self, Refusal> {
        let code = parameters
            .value("device_code")
            .ok_or(Refusal::CodeMissing)?;
        Ok(Self {
            code: Secret::parse(code).ok(),
            targets: Targets::parse(parameters)?,
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
    let now = issuance.now;
    let Some(device) = facts.device else {
        return Decision::unchanged(Err(Refusal::CodeUnknown));
    };
    if device.client != client.id {
        return Decision::unchanged(Err(Refusal::OtherClient));
    }
    if now >= device.expires_at {
        return Decision::unchanged(Err(Refusal::CodeExpired));
    }
    if device.is_hasty(now) {
        let slow_down = Change::SlowDeviceDown {
            device: device.digest,
            at: now,
        };
        return Decision {
            changes: vec![slow_down],
            outcome: Err(Refusal::SlowDown),
        };
    }
    let polled = Change::RecordDevicePoll {
        device: device.digest,
        before: device.polled_at,
        at: now,
    };
    let mut decision = match &device.state {
        DeviceState::Pending => Decision::unchanged(Err(Refusal::AuthorizationPending)),
        DeviceState::Denied { .. } => Decision::unchanged(Err(Refusal::Denied)),
        DeviceState::Approved { .. } => redeem(request, client, facts, issuance),
    };
    decision.changes.insert(0, polled);
    decision
}

fn redeem(
    request: &Request,
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
                outcome: Err(Refusal::CodeReused),
            };
        }
        ApprovalState::Revoked { .. } => return Decision::unchanged(Err(Refusal::Revoked)),
    }
    match facts.subject {
        Some(subject) if subject.is_active() => {
            let (scope, picked) = (&approval.scope, &request.targets);
            // The code stays good when this fails.
            match Granted::of_approval(issuance, client, subject, approval, scope, picked) {
                Ok(granted) => authorization_code::redeem(approval, granted, issuance),
                Err(refusal) => Decision::unchanged(Err(refusal)),
            }
        }
        _ => Decision::unchanged(Err(Refusal::SubjectInactive)),
    }
}
