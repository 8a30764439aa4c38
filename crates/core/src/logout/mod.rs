//! What clients learn of the end of a session: who is told, over which channel, and in what words.
//!
//! Each client knows a session by a name of its own ([`sid`]), so that two that compare notes cannot
//! tell that it is the same one. The channels are [`back_channel`] (from server to server),
//! [`front_channel`] (through frames on the page that says "signed out") and [`session_state`] (a
//! frame that the client polls).

pub mod back_channel;
pub mod front_channel;
pub mod session_state;

use sha2::{Digest, Sha256};

use crate::{client::Client, id::Id, session::Session};

/// Names what a client calls a session: the `sid` claim (Back-Channel Logout §2.1).
#[derive(Debug)]
pub enum Sid {}

/// What the client calls the session. A session has 128 random bits that no client is told, so the
/// digest says nothing of it, nor of what another client calls it.
pub fn sid(session: &Id<Session>, client: &Id<Client>) -> Id<Sid> {
    let mut digest = Sha256::new();
    digest.update(b"sid\0");
    digest.update(session.as_str());
    // No identifier has a NUL, so that no other pair has the same message.
    digest.update(b"\0");
    digest.update(client.as_str());
    Id::encoded(digest.finalize().split_at(16).0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn each_client_and_each_session_has_a_name_of_its_own() {
        let of = |session: &str, client: &str| {
            sid(&Id::parse(session).unwrap(), &Id::parse(client).unwrap())
        };
        assert_eq!(of("s", "a"), of("s", "a"));
        assert_ne!(of("s", "a"), of("s", "b"));
        assert_ne!(of("s", "a"), of("t", "a"));
        assert_ne!(of("sa", "b"), of("s", "ab"));
        assert_eq!(of("s", "a").as_str().len(), 22);
        assert!(!of("session", "client").as_str().contains("session"));
    }
}
