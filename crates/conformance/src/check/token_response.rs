//! A success of the token endpoint: RFC 6749 §5.1.

use symbolon_testkit::{Answer, Tokens};

use crate::check::{entropy, error_response};
use crate::run::Run;

/// Checks a success, and returns the tokens.
pub(crate) fn check(run: &Run, answer: &Answer) -> Tokens {
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    error_response::is_json(answer);
    assert!(
        answer.header("cache-control").contains("no-store"),
        "{answer:?}"
    );
    // RFC 6749 §5.1: the type is compared without regard to case.
    let kind = answer.json["token_type"].as_str().unwrap_or_default();
    assert!(kind.eq_ignore_ascii_case("Bearer"), "{answer:?}");
    let lifetime = &answer.json["expires_in"];
    run.recommend(!lifetime.is_null(), "no expires_in in the token response");
    assert!(
        lifetime.is_null() || lifetime.as_u64().is_some_and(|seconds| seconds > 0),
        "{answer:?}"
    );
    let tokens = answer.tokens();
    visible("the access token", &tokens.access_token);
    entropy::check("the access token", &tokens.access_token, 96.0);
    if let Some(token) = &tokens.refresh_token {
        visible("the refresh token", token);
        entropy::check("the refresh token", token, 96.0);
    }
    tokens
}

/// Checks that a token has the characters of RFC 6749 Appendix A.12 and A.17 alone.
fn visible(what: &str, token: &str) {
    let permitted = token
        .chars()
        .all(|character| matches!(character, ' '..='~'));
    assert!(!token.is_empty() && permitted, "{what}: {token:?}");
}
