//! Devices without a browser: they show a short code, a person types it elsewhere and says yes or
//! no, and the device asks until it gets its tokens.
//!
//! What the person allows is an approval like any other; this module is about the way to it.
//! The rule of the token endpoint is `grant::device_code`.
#![doc(alias = "RFC 8628")]

mod request;
mod user_code;

pub use request::{Refusal, check};
pub use user_code::{NoUserCode, UserCode};

use crate::{
    client::Client,
    entropy::Entropy,
    id::Id,
    scope::Scope,
    secret::{DeviceCode, Digest, Secret},
    settings::DeviceSettings,
    time::{Lifetime, Timestamp},
    token::target::Targets,
    waiting::{Said, Waiter, Waiting},
};

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
    pub state: Said,
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
            state: Said::Pending,
        };
        (device, code)
    }

    /// Whether a person can still say something.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.waiting().is_open(now)
    }

    /// What the rules of waiting need to know of it.
    pub fn waiting(&self) -> Waiting<'_> {
        Waiting {
            waiter: Waiter::Device(self.digest),
            client: &self.client,
            expires_at: self.expires_at,
            interval: self.interval,
            polled_at: self.polled_at,
            said: &self.state,
        }
    }
}
