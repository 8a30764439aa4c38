//! What a device asks for.

use crate::{
    client::{Client, GrantType},
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    policy::Policy,
    scope::Scope,
    token::target::Targets,
    waiting::{self, AskedRefusal},
};

/// Every way a device authorization request can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// What it asks for.
    Asked(AskedRefusal),
    /// The client may not use the grant.
    ClientNotPermitted,
}

impl Refusal {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::ClientNotPermitted => OAuthError::new(
                ErrorCode::UnauthorizedClient,
                "this client is not registered for the device grant; add urn:ietf:params:oauth:grant-type:device_code to its grant_types",
            ),
            Self::Asked(refusal) => refusal.wire(),
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
    waiting::asked(client, parameters, policy).map_err(Refusal::Asked)
}
