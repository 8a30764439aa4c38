//! The refresh token grant: a refresh token for new tokens, and for its successor.
//!
//! Every use rotates. A token that was used up is refused and its whole family revoked
//! (RFC 9700 §4.14.2), but for a double submit within the grace, which gets the same successor
//! again ([`crate::token::refresh`]). The profile of a client may have it stay what it is instead
//! ([`crate::client::profile::Demands::lasting_refresh_tokens`]): then it is its own successor, and is
//! not handed out again. Everything that was true at the first issue is asked again:
//! client, person, organization, roles (requirement A2.6).
#![doc(alias = "RFC 6749 §6")]

use crate::{
    approval::{Approval, ApprovalState, RefreshFamilyState},
    authorization_details::{AuthorizationDetails, DetailsRefusal},
    client::Client,
    decision::{Change, Decision},
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    policy::api_scope,
    reserved_scope::NO_API,
    scope::Scope,
    secret::{RefreshToken, Secret},
    subject::Subject,
    token::{
        Issuance, Tokens,
        access::AccessTokenPlan,
        confirmation::{Confirmation, Unconfirmed},
        granted::{Granted, NotGranted},
        id::IdTokenPlan,
        refresh::{self, Standing},
        target::{TargetRefusal, Targets},
    },
};

/// What the client sends.
#[derive(Debug)]
pub struct Request {
    /// The refresh token. `None`: it cannot be one of ours.
    pub token: Option<Secret<RefreshToken>>,
    scope: Option<Scope>,
    targets: Targets,
    details: Option<AuthorizationDetails>,
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
    /// Bound to a certificate, and none is shown.
    CertificateMissing,
    /// Bound to another certificate than is shown.
    CertificateOther,
    /// `authorization_details` is no list of details.
    DetailsMalformed,
    /// `authorization_details` has one that was not approved.
    DetailsWidened,
    /// Unused for too long, or the family is too old.
    Expired,
    /// Bound to a key, and no proof shows that the client has it.
    KeyMissing,
    /// Bound to another key than the proof shows.
    KeyOther,
    /// Issued to another client.
    OtherClient,
    /// The person is not, or no longer, of the organization that was asked for (requirement A7.3).
    OutsideOrganization,
    /// Used up: the family is revoked.
    Replayed,
    /// Withdrawn by the person, an administrator, a sign-out or a replay.
    Revoked,
    /// `scope` is no scope.
    ScopeMalformed,
    /// The rules allow nothing of it now.
    ScopeNotAllowed,
    /// `scope` asks for more than was approved (RFC 6749 §6).
    ScopeWidened,
    /// The person is disabled or gone.
    SubjectInactive,
    /// `resource` is no absolute URI.
    TargetMalformed,
    /// The client is no longer registered for any of the resources.
    TargetNotRegistered,
    /// `resource` names one that was not authorized (RFC 8707 §2.2).
    TargetWidened,
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
            Self::CertificateMissing => OAuthError::new(
                ErrorCode::InvalidGrant,
                "the refresh token is bound to a certificate: show it in the TLS handshake (RFC 8705 4)",
            ),
            Self::CertificateOther => OAuthError::new(
                ErrorCode::InvalidGrant,
                "another certificate is shown than the refresh token is bound to",
            ),
            Self::KeyMissing => OAuthError::new(
                ErrorCode::InvalidGrant,
                "the refresh token is bound to a key: send a DPoP proof with it (RFC 9449 5)",
            ),
            Self::KeyOther => OAuthError::new(
                ErrorCode::InvalidGrant,
                "the DPoP proof is made with another key than the refresh token is bound to",
            ),
            Self::ScopeNotAllowed => NotGranted::NothingAllowed.wire(),
            Self::DetailsMalformed => DetailsRefusal::Malformed.wire(),
            Self::DetailsWidened => DetailsRefusal::Widened.wire(),
            Self::TargetMalformed => TargetRefusal::Malformed.wire(),
            Self::TargetNotRegistered => TargetRefusal::NotRegistered.wire(),
            Self::TargetWidened => TargetRefusal::Widened.wire(),
            Self::Expired
            | Self::OtherClient
            | Self::OutsideOrganization
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

impl From<Unconfirmed> for Refusal {
    fn from(unconfirmed: Unconfirmed) -> Self {
        match unconfirmed {
            Unconfirmed::CertificateMissing => Self::CertificateMissing,
            Unconfirmed::CertificateOther => Self::CertificateOther,
            Unconfirmed::KeyMissing => Self::KeyMissing,
            Unconfirmed::KeyOther => Self::KeyOther,
        }
    }
}

impl From<DetailsRefusal> for Refusal {
    fn from(refusal: DetailsRefusal) -> Self {
        match refusal {
            DetailsRefusal::Malformed => Self::DetailsMalformed,
            DetailsRefusal::Invalid | DetailsRefusal::TypeUnknown | DetailsRefusal::Widened => {
                Self::DetailsWidened
            }
        }
    }
}

impl From<TargetRefusal> for Refusal {
    fn from(refusal: TargetRefusal) -> Self {
        match refusal {
            TargetRefusal::Malformed => Self::TargetMalformed,
            TargetRefusal::NotRegistered => Self::TargetNotRegistered,
            TargetRefusal::Widened => Self::TargetWidened,
        }
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
    /// [`Refusal`] when one is missing or malformed.
    pub fn parse(parameters: &Parameters) -> Result<Self, Refusal> {
        let token = parameters
            .value("refresh_token")
            .ok_or(Refusal::TokenMissing)?;
        let scope = parameters.value("scope").map(Scope::parse).transpose();
        Ok(Self {
            token: Secret::parse(token).ok(),
            scope: scope.map_err(|_| Refusal::ScopeMalformed)?,
            targets: Targets::parse(parameters)?,
            details: AuthorizationDetails::parse(parameters)?,
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

    // Before the token is looked at: who has no key cannot even use it up.
    if let Err(unconfirmed) = check_holder(client, family, issuance.confirmation) {
        return Decision::unchanged(Err(unconfirmed.into()));
    }

    let Issuance {
        now,
        settings,
        succession,
        ..
    } = issuance;
    let (successor, change) = match refresh::standing(token, family, succession, settings, now) {
        Standing::Current(successor) => {
            let lasts = client.demands().lasting_refresh_tokens;
            let successor = (!lasts).then_some(successor);
            let next = successor.as_ref().map(Secret::generation_digest);
            // Written in any case: the token was used now, and its family was not revoked meanwhile.
            let rotate = Change::RotateRefreshToken {
                approval: approval.id.clone(),
                from: family.current,
                to: next.unwrap_or(family.current),
                at: now,
            };
            (successor, Some(rotate))
        }
        Standing::Repeated(successor) => (Some(successor), None),
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
    let granted = match grant(request, client, approval, subject, issuance) {
        Ok(granted) => granted,
        Err(refusal) => return Decision::unchanged(Err(refusal)),
    };

    let authentication = approval.authentication();
    let access = AccessTokenPlan::new(issuance, &granted, Some(&authentication));
    let id = IdTokenPlan::new(issuance, &granted, approval, None);
    let mut changes = Vec::from_iter(change);
    let record = access.record(&approval.claims);
    changes.extend(record.map(|token| Change::IssueOpaqueAccessToken(Box::new(token))));
    let tokens = Tokens {
        access,
        id,
        refresh: successor,
        scope: granted.scope,
        issued_token_type: None,
    };
    Decision {
        changes,
        outcome: Ok(tokens),
    }
}

/// What is granted: of what was approved the part that is asked for, as far as the person has it now.
fn grant<'a>(
    request: &Request,
    client: &'a Client,
    approval: &Approval,
    subject: &'a Subject,
    issuance: Issuance<'_>,
) -> Result<Granted<'a>, Refusal> {
    let scope = match &request.scope {
        None => approval.scope.clone(),
        Some(asked) => {
            // We said it, so a client may repeat it.
            let asked = asked.filtered(|word| word != NO_API);
            if !approval.scope.covers(&asked) {
                return Err(Refusal::ScopeWidened);
            }
            api_scope::narrowed(&approval.scope, &asked)
        }
    };
    let picked = &request.targets;
    let granted =
        Granted::of_approval::<Refusal>(issuance, client, subject, approval, &scope, picked)?;
    Ok(granted.detailed(issuance, approval, request.details.as_ref())?)
}

/// See [`RefreshFamilyState::confirmation`].
fn check_holder(
    client: &Client,
    family: &RefreshFamilyState,
    confirmation: Confirmation,
) -> Result<(), Unconfirmed> {
    if !client.is_public() && !confirmation.is_none() {
        return Ok(());
    }
    family.confirmation.check(confirmation.into())
}
