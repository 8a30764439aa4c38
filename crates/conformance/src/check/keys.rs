//! The published keys: RFC 7517.

use std::collections::HashSet;

use serde_json::Value;
use symbolon_testkit::{Answer, RelyingParty, http};

/// The members that only a private key has.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Fetches the key set and checks it: public keys, each with a name of its own.
pub(crate) async fn check(party: &RelyingParty) -> Value {
    let answer = Answer::to(http().get(party.endpoint("jwks_uri"))).await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    let keys = answer.json["keys"]
        .as_array()
        .unwrap_or_else(|| panic!("no key set: {answer:?}"));
    assert!(!keys.is_empty(), "an empty key set");
    let mut names = HashSet::new();
    for key in keys {
        assert!(key["kty"].is_string(), "{key}");
        let kid = key["kid"]
            .as_str()
            .unwrap_or_else(|| panic!("no kid: {key}"));
        assert!(names.insert(kid), "two keys are named {kid}");
        for member in PRIVATE {
            assert!(key[member].is_null(), "a private key is published: {kid}");
        }
        if key["kty"] == "RSA" {
            // 2,048 bits in base64url.
            let modulus = key["n"].as_str().unwrap_or_default();
            assert!(modulus.len() >= 342, "a weak key: {kid}");
        }
    }
    answer.json
}
