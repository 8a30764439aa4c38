//! Client-initiated backchannel authentication: a client asks for somebody whom it knows by name,
//! the person decides on a page of ours, wherever they are, and the client gets its tokens.
//!
//! What the person allows is an approval like any other; this module is about the way to it. The
//! rule of the token endpoint is `grant::backchannel`.
//!
//! Left out: the mode `push`, whose tokens would go to an address; `login_hint_token`, for which
//! nobody has said what it looks like; and `user_code`, since a person who has to be signed in to
//! answer is not reached by whoever knows their name alone.
#![doc(alias = "OpenID Connect Client-Initiated Backchannel Authentication")]
#![doc(alias = "CIBA")]

mod message;
pub mod object;
mod request;

pub use message::{BindingMessage, NoBindingMessage};
pub use request::{Hint, NotificationToken, Refusal, Request, check};

use crate::{
    client::Client,
    entropy::Entropy,
    id::Id,
    scope::Scope,
    secret::{AuthRequestId, Digest, Secret},
    settings::BackchannelSettings,
    subject::Subject,
    time::{Lifetime, Timestamp},
    token::target::Targets,
    waiting::{Said, Waiter, Waiting},
};

/// A request that waits for a person.
#[derive(Clone, Debug)]
pub struct BackchannelRequest {
    /// What the client asks with.
    pub digest: Digest<AuthRequestId>,
    /// What its page is called. It is no secret, and opens nothing.
    pub id: Id<BackchannelRequest>,
    /// Who asks.
    pub client: Id<Client>,
    /// For whom.
    pub subject: Id<Subject>,
    /// For what, as far as the client may have it.
    pub scope: Scope,
    /// For which resources (RFC 8707).
    pub targets: Targets,
    /// What the person sees in both places.
    pub binding_message: Option<BindingMessage>,
    /// When it was asked.
    pub created_at: Timestamp,
    /// Until when it can be answered, and the answer be had.
    pub expires_at: Timestamp,
    /// How long the client has to wait between two questions.
    pub interval: Lifetime,
    /// When it asked last, if it did.
    pub polled_at: Option<Timestamp>,
    /// What the person said.
    pub said: Said,
}

impl BackchannelRequest {
    /// A request that begins to wait, and what the client asks with.
    pub fn begin(
        client: &Client,
        subject: Id<Subject>,
        request: Request,
        settings: &BackchannelSettings,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Self, Secret<AuthRequestId>) {
        let secret = Secret::generate(entropy);
        // CIBA §7.1: requested_expiry is a wish. Ours is the longest.
        let lifetime = request.expiry.map_or(settings.request_lifetime, |wanted| {
            wanted.min(settings.request_lifetime)
        });
        let waiting = Self {
            digest: secret.digest(),
            id: Id::random(entropy),
            client: client.id.clone(),
            subject,
            scope: request.scope,
            targets: request.targets,
            binding_message: request.binding_message,
            created_at: now,
            expires_at: now.plus(lifetime),
            interval: settings.poll_interval,
            polled_at: None,
            said: Said::Pending,
        };
        (waiting, secret)
    }

    /// Whether the person can still say something.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.waiting().is_open(now)
    }

    /// What the rules of waiting need to know of it.
    pub fn waiting(&self) -> Waiting<'_> {
        Waiting {
            waiter: Waiter::Backchannel(self.digest),
            client: &self.client,
            expires_at: self.expires_at,
            interval: self.interval,
            polled_at: self.polled_at,
            said: &self.said,
        }
    }
}
