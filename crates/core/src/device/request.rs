//! What a device asks for.

use crate::{
    client::{Client, GrantType},
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    policy::Policy,
    restriction::Restriction,
    scope::Scope,
    token::target::{TargetRefusal, Targets},
};

/// Every way a device authorization request can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The client may not use the grant.
    ClientNotPermitted,
    /// `scope` is no scope.
    ScopeMalformed,
    /// Two organizations to sign in to (requirement A7.3).
    ScopeContradictory,
    /// Nothing in `scope` that the client may have.
    ScopeNotGranted,
    /// A `resource` that is malformed, or not for this client (RFC 8707 §2).
    Target(TargetRefusal),
}

impl Refusal {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::ClientNotPermitted => OAuthError::new(
                ErrorCode::UnauthorizedClient,
                "this client is not registered for the device grant; add urn:ietf:params:oauth:grant-type:device_code to its grant_types",
            ),
            Self::ScopeMalformed => OAuthError::new(
                ErrorCode::InvalidScope,
                "scope is not words of visible ASCII separated by spaces (RFC 6749 3.3)",
            ),
            Self::ScopeContradictory => OAuthError::new(
                ErrorCode::InvalidScope,
                "scope names two organizations to sign in to, or none that can exist",
            ),
            Self::Target(refusal) => refusal.wire(),
            Self::ScopeNotGranted => OAuthError::new(
                ErrorCode::InvalidScope,
                "none of the requested scopes is registered for this client",
            ),
        }
    }
}

/// What the device asks for (RFC 8628 §3.1), as far as the client may have it, and for which
/// resources.
///
/// # Errors
/// [`Refusal`].
pub fn check(
    client: &Client,
    parameters: &Parameters,
    policy: &Policy,
) -> Result<(Scope, Targets), Refusal> {
    if !client.allows(GrantType::DeviceCode) {
        return Err(Refusal::ClientNotPermitted);
    }
    let targets = Targets::parse(parameters)?;
    targets.check(client, policy)?;
    Ok((read_scope(client, parameters)?, targets))
}

fn read_scope(client: &Client, parameters: &Parameters) -> Result<Scope, Refusal> {
    let Some(text) = parameters.value("scope") else {
        return Ok(Scope::default());
    };
    let requested = Scope::parse(text).map_err(|_| Refusal::ScopeMalformed)?;
    let mut scope = client.grantable(&requested);
    if !client.allows(GrantType::RefreshToken) {
        // OIDC Core §11: offline access is refresh tokens.
        scope = scope.filtered(|word| word != "offline_access");
    }
    if scope.is_empty() && !requested.is_empty() {
        return Err(Refusal::ScopeNotGranted);
    }
    if Restriction::of(&scope).contradictory {
        return Err(Refusal::ScopeContradictory);
    }
    Ok(scope)
}

impl From<TargetRefusal> for Refusal {
    fn from(refusal: TargetRefusal) -> Self {
        Self::Target(refusal)
    }
}
