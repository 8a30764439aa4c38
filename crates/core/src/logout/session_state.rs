//! Whether the person at a browser is still who a client believes, for clients that poll a frame.
//!
//! `session_state` is a digest over the client, the origin it is called back at, a salt, and the
//! state of the browser, which the provider keeps in a cookie that its own frame can read. The frame
//! computes the same digest; when it differs, somebody signed in or out.
#![doc(alias = "OpenID Connect Session Management")]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::{client::Client, entropy::Entropy, id::Id, session::Session};

/// The state of a browser in which these sessions are: another one with every sign-in and sign-out,
/// and nothing that tells who is signed in.
pub fn browser_state<'a>(
    binding: &str,
    sessions: impl IntoIterator<Item = &'a Id<Session>>,
) -> String {
    let mut names: Vec<_> = sessions.into_iter().map(Id::as_str).collect();
    names.sort_unstable();
    let mut digest = Sha256::new();
    digest.update(b"browser state\0");
    digest.update(binding);
    for name in names {
        digest.update(b"\0");
        digest.update(name);
    }
    URL_SAFE_NO_PAD.encode(digest.finalize().split_at(16).0)
}

/// The `session_state` of an answer to a client (§2), with a salt of its own.
pub fn session_state(
    client: &Id<Client>,
    origin: &str,
    browser_state: &str,
    entropy: &dyn Entropy,
) -> String {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    salted(client, origin, browser_state, &URL_SAFE_NO_PAD.encode(salt))
}

fn salted(client: &Id<Client>, origin: &str, browser_state: &str, salt: &str) -> String {
    let digest = Sha256::digest(format!("{client} {origin} {browser_state} {salt}"));
    format!("{}.{salt}", URL_SAFE_NO_PAD.encode(digest))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn state(sessions: &[&str]) -> String {
        let sessions: Vec<_> = sessions
            .iter()
            .map(|name| Id::parse(name).unwrap())
            .collect();
        browser_state("browser", &sessions)
    }

    #[test]
    fn the_state_changes_with_who_is_signed_in_and_not_with_the_order() {
        assert_eq!(state(&["a", "b"]), state(&["b", "a"]));
        assert_ne!(state(&["a"]), state(&["a", "b"]));
        assert_ne!(state(&["a"]), state(&[]));
        assert_ne!(browser_state("other", &[]), state(&[]));
    }

    #[test]
    fn a_digest_is_for_one_client_at_one_origin_in_one_browser() {
        let of = |client: &str, origin: &str, state: &str| {
            salted(&Id::parse(client).unwrap(), origin, state, "salt")
        };
        let own = of("app", "https://app.example", "state");
        assert!(own.ends_with(".salt") && !own.contains(' '));
        assert_ne!(own, of("other", "https://app.example", "state"));
        assert_ne!(own, of("app", "https://evil.example", "state"));
        assert_ne!(own, of("app", "https://app.example", "other"));
    }
}
