//! What waits for a person who decides elsewhere: a device without a browser ([`crate::device`]), or
//! a client that asks in the back channel ([`crate::backchannel`]). Who waits asks again and again;
//! what is the same about it is here, and in `grant::waiting`.

use crate::{
    approval::Approval,
    client::{Client, GrantType},
    error::{ErrorCode, OAuthError},
    id::Id,
    parameters::Parameters,
    policy::Policy,
    restriction::Restriction,
    scope::Scope,
    secret::{AuthRequestId, DeviceCode, Digest},
    time::{Lifetime, Timestamp},
    token::target::{TargetRefusal, Targets},
};

/// By how much who asks too often has to slow down (RFC 8628 §3.5; CIBA §11).
pub const SLOW_DOWN: Lifetime = Lifetime::from_seconds(5);

/// The longest wait that asking too often can lead to.
pub const LONGEST_INTERVAL: Lifetime = Lifetime::from_seconds(60);

/// Instants are whole seconds, so two of them that are 4.2 seconds apart may look like 5, and the
/// other way round: who keeps to the interval is never told to slow down.
const ROUNDING: Lifetime = Lifetime::from_seconds(1);

/// Who waits, by what it asks with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiter {
    /// A client, for what it asked in the back channel.
    Backchannel(Digest<AuthRequestId>),
    /// A device.
    Device(Digest<DeviceCode>),
}

/// What the rules need to know of what waits.
#[derive(Clone, Copy, Debug)]
pub struct Waiting<'a> {
    /// Who.
    pub waiter: Waiter,
    /// Which client.
    pub client: &'a Id<Client>,
    /// Until when it is any use to ask.
    pub expires_at: Timestamp,
    /// How long it has to wait between two questions.
    pub interval: Lifetime,
    /// When it asked last, if it did.
    pub polled_at: Option<Timestamp>,
    /// What the person said.
    pub said: &'a Said,
}

/// What the person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Nothing yet.
    Pending,
    /// Yes.
    Approved {
        /// What was allowed.
        approval: Id<Approval>,
    },
    /// No.
    Denied {
        /// When.
        at: Timestamp,
    },
}

/// Every way what is asked for can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedRefusal {
    /// Two organizations to sign in to (requirement A7.3).
    ScopeContradictory,
    /// `scope` is no scope.
    ScopeMalformed,
    /// Nothing in `scope` that the client may have.
    ScopeNotGranted,
    /// A `resource` that is malformed, or not for this client (RFC 8707 §2).
    Target(TargetRefusal),
}

impl Waiting<'_> {
    /// Whether a person can still say something.
    pub fn is_open(&self, now: Timestamp) -> bool {
        *self.said == Said::Pending && now < self.expires_at
    }

    /// Whether it asks sooner than it may.
    pub fn is_hasty(&self, now: Timestamp) -> bool {
        self.polled_at
            .is_some_and(|at| now.plus(ROUNDING) < at.plus(self.interval))
    }
}

impl AskedRefusal {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        match self {
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

/// What is asked for, as far as the client may have it, and for which resources.
///
/// # Errors
/// [`AskedRefusal`].
pub fn asked(
    client: &Client,
    parameters: &Parameters,
    policy: &Policy,
) -> Result<(Scope, Targets), AskedRefusal> {
    let targets = Targets::parse(parameters)?;
    targets.check(client, policy)?;
    Ok((scope(client, parameters)?, targets))
}

fn scope(client: &Client, parameters: &Parameters) -> Result<Scope, AskedRefusal> {
    let Some(text) = parameters.value("scope") else {
        return Ok(Scope::default());
    };
    let requested = Scope::parse(text).map_err(|_| AskedRefusal::ScopeMalformed)?;
    let mut scope = client.grantable(&requested);
    if !client.allows(GrantType::RefreshToken) {
        // OIDC Core §11: offline access is refresh tokens.
        scope = scope.filtered(|word| word != "offline_access");
    }
    if scope.is_empty() && !requested.is_empty() {
        return Err(AskedRefusal::ScopeNotGranted);
    }
    if Restriction::of(&scope).contradictory {
        return Err(AskedRefusal::ScopeContradictory);
    }
    Ok(scope)
}

impl From<TargetRefusal> for AskedRefusal {
    fn from(refusal: TargetRefusal) -> Self {
        Self::Target(refusal)
    }
}
