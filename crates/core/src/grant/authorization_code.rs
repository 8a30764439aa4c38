//! The authorization code grant: a code, once, for tokens.
//!
//! A code is good for one use by the client it was made for, at the redirect URI it was sent to,
//! with the verifier of its challenge. A second use with all of that right means that the code
//! leaked: what came of it is revoked (requirement A2.3).
#![doc(alias = "RFC 6749 §4.1.3")]

use crate::{
    approval::{Approval, ApprovalState},
    authorization_details::{AuthorizationDetails, DetailsRefusal},
    client::{Client, GrantType},
    decision::{Change, Decision},
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    pkce::Verifier,
    secret::{AuthorizationCode, Secret},
    subject::Subject,
    token::{
        Issuance, Tokens,
        access::AccessTokenPlan,
        confirmation::Confirmation,
        granted::{Granted, NotGranted},
        id::IdTokenPlan,
        refresh,
        target::{TargetRefusal, Targets},
    },
};

/// What the client sends.
#[derive(Debug)]
pub struct Request {
    /// The code. `None`: it cannot be one of ours.
    pub code: Option<Secret<AuthorizationCode>>,
    redirect_uri: Option<String>,
    targets: Targets,
    details: Option<AuthorizationDetails>,
    verifier: Option<Verifier>,
}

/// What is known when the request is decided.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The approval that the code belongs to, if there is one.
    pub approval: Option<&'a Approval>,
    /// The person who gave it, if still there.
    pub subject: Option<&'a Subject>,
}

/// Every way a code request can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Past its minute.
    CodeExpired,
    /// No `code`.
    CodeMissing,
    /// Redeemed before: everything that came of it is revoked.
    CodeReused,
    /// No such code, or not one at all.
    CodeUnknown,
    /// `authorization_details` is no list of details.
    DetailsMalformed,
    /// `authorization_details` has one that was not approved.
    DetailsWidened,
    /// Bound to a key (`dpop_jkt`), and no proof shows that the client has it.
    KeyMissing,
    /// Bound to another key than the proof shows.
    KeyOther,
    /// Made for another client.
    OtherClient,
    /// The person is not, or no longer, of the organization that was asked for (requirement A7.3).
    OutsideOrganization,
    /// Another `redirect_uri` than the code was sent to, or none where several are registered.
    RedirectUriMismatch,
    /// Withdrawn by the person, an administrator or a replay.
    Revoked,
    /// The rules allow nothing of what was approved now.
    ScopeNotAllowed,
    /// The person is disabled or gone (requirement A2.6).
    SubjectInactive,
    /// `resource` is no absolute URI.
    TargetMalformed,
    /// The client is no longer registered for any of the resources.
    TargetNotRegistered,
    /// `resource` names one that was not authorized (RFC 8707 §2.2).
    TargetWidened,
    /// No `code_verifier` for the challenge.
    VerifierMissing,
    /// Not the verifier of the challenge.
    VerifierMismatch,
    /// Not a verifier at all.
    VerifierMalformed,
    /// A `code_verifier` where there was no challenge: somebody took the challenge away
    /// (RFC 9700 §2.1.1; requirement A2.4).
    VerifierUnexpected,
}

impl Refusal {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        const fn grant(description: &'static str) -> OAuthError {
            OAuthError::new(ErrorCode::InvalidGrant, description)
        }
        const fn request(description: &'static str) -> OAuthError {
            OAuthError::new(ErrorCode::InvalidRequest, description)
        }
        match self {
            Self::CodeMissing => request("code is missing"),
            Self::VerifierMissing => grant(
                "code_verifier is missing: send the verifier of the code_challenge (RFC 7636 4.5)",
            ),
            Self::VerifierMalformed => request(
                "code_verifier is not 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636 4.1)",
            ),
            Self::RedirectUriMismatch => grant(
                "redirect_uri is not the one of the authorization request; send exactly the same string",
            ),
            Self::KeyMissing => grant(
                "the code is bound to a key by dpop_jkt: send a DPoP proof with that key (RFC 9449 10)",
            ),
            Self::KeyOther => grant("the DPoP proof is made with another key than dpop_jkt names"),
            Self::VerifierMismatch => grant(
                "code_verifier does not belong to the code_challenge of the authorization request",
            ),
            Self::ScopeNotAllowed => NotGranted::NothingAllowed.wire(),
            Self::DetailsMalformed => DetailsRefusal::Malformed.wire(),
            Self::DetailsWidened => DetailsRefusal::Widened.wire(),
            Self::TargetMalformed => TargetRefusal::Malformed.wire(),
            Self::TargetNotRegistered => TargetRefusal::NotRegistered.wire(),
            Self::TargetWidened => TargetRefusal::Widened.wire(),
            Self::VerifierUnexpected => {
                grant("code_verifier came, and the authorization request had no code_challenge")
            }
            Self::CodeExpired
            | Self::CodeReused
            | Self::CodeUnknown
            | Self::OtherClient
            | Self::OutsideOrganization
            | Self::Revoked
            | Self::SubjectInactive => {
                grant("the code is invalid, expired, used before, or was issued to another client")
            }
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
        let code = parameters.value("code").ok_or(Refusal::CodeMissing)?;
        let verifier = parameters
            .value("code_verifier")
            .map(Verifier::parse)
            .transpose();
        Ok(Self {
            code: Secret::parse(code).ok(),
            redirect_uri: parameters.value("redirect_uri").map(str::to_owned),
            targets: Targets::parse(parameters)?,
            details: AuthorizationDetails::parse(parameters)?,
            verifier: verifier.map_err(|_| Refusal::VerifierMalformed)?,
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
    let Some(approval) = facts.approval else {
        return Decision::unchanged(Err(Refusal::CodeUnknown));
    };
    if let Err(refusal) = check_binding(request, client, approval, issuance.confirmation) {
        return Decision::unchanged(Err(refusal));
    }
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
    if issuance.now >= approval.code_expires_at {
        return Decision::unchanged(Err(Refusal::CodeExpired));
    }
    match facts.subject {
        Some(subject) if subject.is_active() => {
            let (scope, picked) = (&approval.scope, &request.targets);
            // The code stays good when this fails.
            let granted = Granted::of_approval(issuance, client, subject, approval, scope, picked);
            let detailed = granted.and_then(|granted: Granted<'_>| {
                Ok(granted.detailed(issuance, approval, request.details.as_ref())?)
            });
            match detailed {
                Ok(granted) => redeem(approval, granted, issuance),
                Err(refusal) => Decision::unchanged(Err(refusal)),
            }
        }
        _ => Decision::unchanged(Err(Refusal::SubjectInactive)),
    }
}

/// All of it must hold (requirement A2.1); none of it says whether the code is still good.
fn check_binding(
    request: &Request,
    client: &Client,
    approval: &Approval,
    confirmation: Confirmation,
) -> Result<(), Refusal> {
    if approval.client != client.id {
        return Err(Refusal::OtherClient);
    }
    // OIDC Core §3.1.3.2: it may be absent where only one is registered; OAuth 2.1 §4.1.3 drops it.
    let same = match &request.redirect_uri {
        Some(redirect_uri) => *redirect_uri == approval.redirect_uri,
        None => client.metadata.redirect_uris.len() == 1,
    };
    if !same {
        return Err(Refusal::RedirectUriMismatch);
    }
    // RFC 7636 §4.6.
    match (&approval.challenge, &request.verifier) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.accepts(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(Refusal::VerifierMismatch),
        (Some(_), None) => Err(Refusal::VerifierMissing),
        (None, Some(_)) => Err(Refusal::VerifierUnexpected),
    }?;
    // RFC 9449 §10.
    match (approval.key, confirmation.key()) {
        (None, _) => Ok(()),
        (Some(bound), Some(proved)) if bound == proved => Ok(()),
        (Some(_), Some(_)) => Err(Refusal::KeyOther),
        (Some(_), None) => Err(Refusal::KeyMissing),
    }
}

/// The tokens of an approval that is good, once.
pub(super) fn redeem<R>(
    approval: &Approval,
    granted: Granted<'_>,
    issuance: Issuance<'_>,
) -> Decision<Result<Tokens, R>> {
    let client = granted.client;
    let authentication = approval.authentication();
    let access = AccessTokenPlan::new(issuance, &granted, Some(&authentication));
    let id = IdTokenPlan::new(issuance, &granted, approval, approval.nonce.as_deref());
    let refresh = client
        .allows(GrantType::RefreshToken)
        .then(|| refresh::found(issuance.now, issuance.confirmation, issuance.entropy));
    let (refresh, family) = refresh.unzip();

    let mut changes = vec![Change::RedeemCode {
        approval: approval.id.clone(),
        at: issuance.now,
        refresh: family,
    }];
    let record = access.record(&approval.claims);
    changes.extend(record.map(|token| Change::IssueOpaqueAccessToken(Box::new(token))));
    let tokens = Tokens {
        access,
        id,
        refresh,
        scope: granted.scope,
        issued_token_type: None,
    };
    Decision {
        changes,
        outcome: Ok(tokens),
    }
}
