//! The end of a session, told to clients from server to server.
//!
//! The rule: every client that got something in the session and registered a
//! `backchannel_logout_uri` is told once, by a signed token that is good for no other purpose. What
//! is to be told is recorded with the end of the session, so it survives whatever happens next; who
//! cannot be reached is told again later ([`Notice::retry_after`]), and given up in the end.
//!
//! Left out: logout tokens without a session, for all sessions of a person at once. Each session is
//! told by itself.
#![doc(alias = "OpenID Connect Back-Channel Logout")]

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::Sid;
use crate::{
    client::Client,
    entropy::Entropy,
    id::Id,
    pairwise::Sub,
    session::Session,
    subject::Subject,
    time::{Lifetime, Timestamp},
};

/// The `typ` header of a logout token (§2.4).
pub const TYPE: &str = "logout+jwt";

/// What a logout token is about (§2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// For how long a logout token is good: at most two minutes (§4).
const LIFETIME: Lifetime = Lifetime::from_minutes(2);

/// For how long one sender has a notice to itself: longer than a request may take by as much as the
/// clocks of two instances may differ (requirement A9.5).
pub const LEASE: Lifetime = Lifetime::from_minutes(2);

/// When a notice that could not be delivered is tried again.
const RETRIES: [Lifetime; 5] = [
    Lifetime::from_seconds(2),
    Lifetime::from_seconds(15),
    Lifetime::from_minutes(2),
    Lifetime::from_minutes(15),
    Lifetime::from_hours(1),
];

/// One client that is to be told of the end of one session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whom to tell.
    pub client: Id<Client>,
    /// What ended.
    pub session: Id<Session>,
    /// Whose session it was.
    pub subject: Id<Subject>,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next.
    pub due_at: Timestamp,
}

impl Notice {
    /// After a try that failed: how long to wait for the next one; `None` when it is given up.
    pub fn retry_after(&self) -> Option<Lifetime> {
        let failed = usize::try_from(self.tries).ok()?;
        RETRIES.get(failed.checked_sub(1)?).copied()
    }
}

/// The claims of a logout token (§2.4). There is never a `nonce` among them, so that it is no ID
/// token.
#[derive(Clone, Debug, Serialize)]
pub struct LogoutClaims {
    /// Issuer.
    pub iss: Arc<str>,
    /// Whose session ended, as the client calls them.
    pub sub: Id<Sub>,
    /// For which client.
    pub aud: Id<Client>,
    /// When it was made.
    pub iat: Timestamp,
    /// Until when it may be accepted.
    pub exp: Timestamp,
    /// Its own name: a token is good once.
    pub jti: Id<LogoutClaims>,
    /// That a session ended.
    pub events: Events,
    /// Which session, as the client calls it.
    pub sid: Id<Sid>,
}

/// One event, of which there is nothing to say but its name.
#[derive(Clone, Copy, Debug)]
pub struct Events;

impl LogoutClaims {
    /// The token of a notice, for one try of it; `sub` is what the client calls the person.
    pub fn new(
        issuer: &Arc<str>,
        notice: &Notice,
        sub: Id<Sub>,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Self {
        Self {
            iss: Arc::clone(issuer),
            sub,
            aud: notice.client.clone(),
            iat: now,
            exp: now.plus(LIFETIME),
            jti: Id::random(entropy),
            events: Events,
            sid: super::sid(&notice.session, &notice.client),
        }
    }
}

impl Serialize for Events {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let nothing = serde_json::Map::new();
        let mut events = serializer.serialize_map(Some(1))?;
        events.serialize_entry(EVENT, &nothing)?;
        events.end()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn notice(tries: u32) -> Notice {
        Notice {
            client: Id::parse("app").unwrap(),
            session: Id::parse("session").unwrap(),
            subject: Id::parse("alice").unwrap(),
            tries,
            due_at: Timestamp::from_seconds(0),
        }
    }

    #[test]
    fn a_logout_token_says_exactly_what_ended() {
        let issuer = Arc::from("https://id.example");
        let now = Timestamp::from_seconds(1_000);
        let claims = LogoutClaims::new(
            &issuer,
            &notice(1),
            Id::parse("alice").unwrap(),
            now,
            &Zeros,
        );
        assert_eq!(
            serde_json::to_value(claims).unwrap(),
            json!({
                "iss": "https://id.example",
                "sub": "alice",
                "aud": "app",
                "iat": 1_000,
                "exp": 1_120,
                "jti": "AAAAAAAAAAAAAAAAAAAAAA",
                "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
                "sid": super::super::sid(&Id::parse("session").unwrap(), &Id::parse("app").unwrap()),
            })
        );
    }

    #[test]
    fn whoever_cannot_be_reached_is_told_later_and_later_and_then_no_more() {
        let waits: Vec<_> = (1..=6).map(|tries| notice(tries).retry_after()).collect();
        assert!(waits.iter().take(5).all(Option::is_some));
        assert!(waits.iter().take(5).is_sorted());
        assert_eq!(waits.last(), Some(&None));
    }
}
