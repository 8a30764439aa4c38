//! Devices without a browser: they show a short code, a person types it elsewhere and says yes or
//! no, and the device asks until it gets its tokens.
//!
//! What the person allows is an [`Approval`] like any other; this module is about the way to it.
//! The rule of the token endpoint is `grant::device_code`.
#![doc(alias = "RFC 8628")]

mod request;
mod user_code;

pub use request::{Refusal, check};
pub use user_code::{NoUserCode, UserCode};

use crate::{
    approval::Approval,
    client::Client,
    entropy::Entropy,
    id::Id,
    scope::Scope,
    secret::{DeviceCode, Digest, Secret},
    settings::DeviceSettings,
    time::{Lifetime, Timestamp},
    token::target::Targets,
};

/// By how much a device that asks too often has to slow down (RFC 8628 §3.5).
pub const SLOW_DOWN: Lifetime = Lifetime::from_seconds(5);

/// The longest wait that asking too often can lead to.
pub const LONGEST_INTERVAL: Lifetime = Lifetime::from_seconds(60);

/// Instants are whole seconds, so two of them that are 4.2 seconds apart may look like 5, and the
/// other way round: a device that keeps to its interval is never told to slow down.
const ROUNDING: Lifetime = Lifetime::from_seconds(1);

/// A device that waits.
#[derive(Clone, Debug)]
pub struct DeviceAuthorization {
    /// What the device asks with.
    pub digest: Digest<DeviceCode>,
    /// What the person types.
    pub user_code: UserCode,
    /// Which client the device belongs to.
    pub client: Id<Client>,
    /// What it asks for, as far as the client may have it.
    pub scope: Scope,
    /// For which resources (RFC 8707).
    pub targets: Targets,
    /// From which network address it asked: the person is told (RFC 8628 §5.4).
    pub address: String,
    /// When it asked.
    pub created_at: Timestamp,
    /// Until when its codes are good.
    pub expires_at: Timestamp,
    /// How long it has to wait between two questions.
    pub interval: Lifetime,
    /// When it asked last, if it did.
    pub polled_at: Option<Timestamp>,
    /// What the person said.
    pub state: DeviceState,
}

/// What the person said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceState {
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

impl DeviceAuthorization {
    /// A device that begins to wait, and the code that it asks with.
    pub fn begin(
        client: &Client,
        (scope, targets): (Scope, Targets),
        address: String,
        settings: &DeviceSettings,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Self, Secret<DeviceCode>) {
        let code = Secret::generate(entropy);
        let device = Self {
            digest: code.digest(),
            user_code: UserCode::generate(entropy),
            client: client.id.clone(),
            scope,
            targets,
            address,
            created_at: now,
            expires_at: now.plus(settings.code_lifetime),
            interval: settings.poll_interval,
            polled_at: None,
            state: DeviceState::Pending,
        };
        (device, code)
    }

    /// Whether a person can still say something.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.state == DeviceState::Pending && now < self.expires_at
    }

    /// Whether the device asks sooner than it may.
    pub fn is_hasty(&self, now: Timestamp) -> bool {
        self.polled_at
            .is_some_and(|at| now.plus(ROUNDING) < at.plus(self.interval))
    }
}
