//! A person's session at the provider (single sign-on), as distinct from the browser's cookie.

use crate::{id::Id, settings::SessionSettings, subject::Subject, time::Timestamp};

/// One sign-in of one person in one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its name. Clients have names of their own for it ([`crate::logout::sid`]).
    pub id: Id<Session>,
    /// Who signed in.
    pub subject: Id<Subject>,
    /// When the person last proved who they are: the `auth_time` claim.
    pub authenticated_at: Timestamp,
    /// How: the `amr` claim (RFC 8176).
    pub methods: Vec<String>,
    /// When the session began.
    pub created_at: Timestamp,
    /// When it was last used, to within [`REFRESH_INTERVAL_SECONDS`].
    pub seen_at: Timestamp,
    /// When it ended, if it did.
    pub ended_at: Option<Timestamp>,
}

/// How exact `seen_at` is: writing on every request would cost more than it tells.
pub const REFRESH_INTERVAL_SECONDS: u32 = 60;

/// The authentication context of a password sign-in (`acr`, OIDC Core §2).
pub const ACR_PASSWORD: &str = "urn:symbolon:acr:password";

impl Session {
    /// Whether it may still be used: not ended, within its idle and its absolute lifetime
    /// (requirement A6.2).
    pub fn is_live(&self, settings: &SessionSettings, now: Timestamp) -> bool {
        self.ended_at.is_none()
            && now < self.seen_at.plus(settings.idle_lifetime)
            && now < self.created_at.plus(settings.absolute_lifetime)
    }

    /// The `acr` claim of the session.
    pub fn acr(&self) -> &'static str {
        ACR_PASSWORD
    }
}
