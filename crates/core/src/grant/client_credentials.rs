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
    token::{Issuance, Tokens, access::AccessTokenPlan},
};

/// What the client sends.
#[derive(Debug)]
pub struct Request {
    scope: Option<Scope>,
}

/// Every way a client credentials request can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The machine user is disabled or gone.
    MachineInactive,
    /// `scope` is no scope.
    ScopeMalformed,
    /// Nothing of `scope` may be granted to this client.
    ScopeNotGranted,
}

impl Refusal {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::MachineInactive => OAuthError::new(
                ErrorCode::UnauthorizedClient,
                "the machine user of this client is disabled; ask an administrator to enable it",
            ),
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

impl Request {
    /// Reads the parameters.
    ///
    /// # Errors
    /// [`Refusal::ScopeMalformed`].
    pub fn parse(parameters: &Parameters) -> Result<Self, Refusal> {
        let scope = parameters.value("scope").map(Scope::parse).transpose();
        Ok(Self {
            scope: scope.map_err(|_| Refusal::ScopeMalformed)?,
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
    let Some(machine) = machine.filter(|machine| machine.is_active()) else {
        return Decision::unchanged(Err(Refusal::MachineInactive));
    };
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
    if scope.is_empty()
        && request
            .scope
            .as_ref()
            .is_some_and(|requested| !requested.is_empty())
    {
        return Decision::unchanged(Err(Refusal::ScopeNotGranted));
    }
    let access = AccessTokenPlan::new(issuance, client, machine, None, &scope);
    let record = access.record(&ClaimsRequest::default());
    let changes = record.map(|token| Change::IssueOpaqueAccessToken(Box::new(token)));
    let tokens = Tokens {
        access,
        id: None,
        refresh: None,
        scope,
    };
    Decision {
        changes: Vec::from_iter(changes),
        outcome: Ok(tokens),
    }
}
