//! Initial access tokens: who has one may register a client, as often and as what it says.
//! Stored as a digest, shown once (RFC 7591 §3).

use std::fmt;

use super::policy::RegistrationPolicy;
use crate::{
    entropy::Entropy,
    id::Id,
    secret::{self, Digest, Secret},
    time::Timestamp,
};

/// How many clients one token may register at the most.
pub const MOST_USES: u32 = 10_000;

/// An initial access token as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct InitialAccessToken {
    /// What it is called in lists, logs and revocations.
    pub id: Id<InitialAccessToken>,
    /// What it is looked up by.
    pub digest: Digest<secret::InitialAccessToken>,
    /// What it is for.
    pub name: String,
    /// What its clients may be.
    pub policy: RegistrationPolicy,
    /// How many clients may still be registered with it.
    pub uses_left: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Since when it is revoked, if so.
    pub revoked_at: Option<Timestamp>,
}

impl InitialAccessToken {
    /// A new token and its text, which is shown once.
    pub fn issue(
        name: String,
        policy: RegistrationPolicy,
        uses: u32,
        now: Timestamp,
        expires_at: Timestamp,
        entropy: &dyn Entropy,
    ) -> (Self, Secret<secret::InitialAccessToken>) {
        let text = Secret::generate(entropy);
        let token = Self {
            id: Id::generate(now, entropy),
            digest: text.digest(),
            name,
            policy,
            uses_left: uses,
            created_at: now,
            expires_at,
            revoked_at: None,
        };
        (token, text)
    }

    /// Whether it is good now.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.uses_left > 0 && now < self.expires_at
    }
}

impl fmt::Debug for InitialAccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("InitialAccessToken")
            .field("id", &self.id)
            .field("uses_left", &self.uses_left)
            .finish_non_exhaustive()
    }
}
