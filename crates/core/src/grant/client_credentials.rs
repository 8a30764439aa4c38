//! The client credentials grant: a machine gets a token of its own.
//!
//! The token speaks of the machine user that the client acts as. `scope=openid` is accepted, since
//! clients send it, and yields no ID token: nobody signed in. Nothing is written, and nothing read
//! once the client is cached.
#![doc(alias = "RFC 6749 §4.4")]

use crate::{
    claims::ClaimsRequest,
    client::Client,
    decision::{Change, Decision},
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    scope::Scope,
    subject::Subject,
    token::{
        Issuance, Tokens,
        access::AccessTokenPlan,
        granted::{Granted, NotGranted},
        target::{TargetRefusal, Targets},
    },
};

/// What the client sends.
#[derive(Debug)]
pub struct Request {
    scope: Option<Scope>,
    targets: Targets,
}

/// Every way a client credentials request can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The machine user is disabled or gone.
    MachineInactive,
    /// The scope restricts to an organization that is none of the machine user's (requirement A7.3).
    OutsideOrganization,
    /// `scope` is no scope.
    ScopeMalformed,
    /// The rules allow nothing of it now.
    ScopeNotAllowed,
    /// Nothing of `scope` may be granted to this client.
    ScopeNotGranted,
    /// `resource` is no absolute URI.
    TargetMalformed,
    /// The client is not registered for the resource.
    TargetNotRegistered,
}

impl Refusal {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::MachineInactive => OAuthError::new(
                ErrorCode::UnauthorizedClient,
                "the machine user of this client is disabled; ask an administrator to enable it",
            ),
            Self::OutsideOrganization => NotGranted::OutsideOrganization.wire(),
            Self::ScopeNotAllowed => NotGranted::NothingAllowed.wire(),
            Self::TargetMalformed => TargetRefusal::Malformed.wire(),
            Self::TargetNotRegistered => TargetRefusal::NotRegistered.wire(),
            Self::ScopeMalformed => OAuthError::new(
                ErrorCode::InvalidScope,
                "scope is not words of visible ASCII separated by spaces (RFC 6749 3.3)",
            ),
            Self::ScopeNotGranted => OAuthError::new(
                ErrorCode::InvalidScope,
                "none of the requested scopes is registered for this client",
            ),
        }
    }
}

impl From<TargetRefusal> for Refusal {
    fn from(refusal: TargetRefusal) -> Self {
        match refusal {
            TargetRefusal::Malformed => Self::TargetMalformed,
            TargetRefusal::NotRegistered | TargetRefusal::Widened => Self::TargetNotRegistered,
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
    /// [`Refusal::ScopeMalformed`], [`Refusal::TargetMalformed`].
    pub fn parse(parameters: &Parameters) -> Result<Self, Refusal> {
        let scope = parameters.value("scope").map(Scope::parse).transpose();
        Ok(Self {
            scope: scope.map_err(|_| Refusal::ScopeMalformed)?,
            targets: Targets::parse(parameters)?,
        })
    }
}

/// The rule.
pub fn decide(
    request: &Request,
    client: &Client,
    machine: Option<&Subject>,
    issuance: Issuance<'_>,
) -> Decision<Result<Tokens, Refusal>> {
    let granted = match grant(request, client, machine, issuance) {
        Ok(granted) => granted,
        Err(refusal) => return Decision::unchanged(Err(refusal)),
    };
    let access = AccessTokenPlan::new(issuance, &granted, None);
    let record = access.record(&ClaimsRequest::default());
    let changes = record.map(|token| Change::IssueOpaqueAccessToken(Box::new(token)));
    let tokens = Tokens {
        access,
        id: None,
        refresh: None,
        scope: granted.scope,
        issued_token_type: None,
    };
    Decision {
        changes: Vec::from_iter(changes),
        outcome: Ok(tokens),
    }
}

fn grant<'a>(
    request: &Request,
    client: &'a Client,
    machine: Option<&'a Subject>,
    issuance: Issuance<'_>,
) -> Result<Granted<'a>, Refusal> {
    let machine = machine.filter(|machine| machine.is_active());
    let machine = machine.ok_or(Refusal::MachineInactive)?;
    // No refresh token comes of this grant (RFC 6749 §4.4.3), so offline_access is left out.
    let grantable = |requested: &Scope| {
        client
            .grantable(requested)
            .filtered(|word| word != "offline_access")
    };
    let scope = match &request.scope {
        None => Scope::default(),
        Some(requested) => grantable(requested),
    };
    let asked = request.scope.as_ref();
    if scope.is_empty() && asked.is_some_and(|requested| !requested.is_empty()) {
        return Err(Refusal::ScopeNotGranted);
    }
    request.targets.check(client, issuance.policy)?;
    let targets = request.targets.clone();
    Ok(Granted::new(issuance, client, machine, &scope, targets)?)
}
