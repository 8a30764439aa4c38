//! An ID token: OIDC Core §2, §3.1.3.6, §3.1.3.7, §3.2.2.9, §3.3.2.9 to §3.3.2.11.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use symbolon_testkit::{RelyingParty, jwt_header, now};

use crate::check::userinfo;
use crate::run::Run;

/// How long ago a new ID token may have been issued, in seconds.
const OLDEST: i64 = 300;

/// What an ID token says when nobody asked for more.
const PROTOCOL: [&str; 14] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "nbf",
    "jti",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "sid",
    "at_hash",
];

/// What came beside an ID token, and whether it has to name that by its hash.
#[derive(Clone, Copy)]
pub(crate) struct Beside<'a> {
    pub(crate) access_token: Option<&'a str>,
    pub(crate) code: Option<&'a str>,
    pub(crate) required: bool,
}

/// Checks an ID token for this client, and returns its claims.
pub(crate) async fn check(
    run: &Run,
    party: &RelyingParty,
    text: &str,
    nonce: Option<&str>,
    beside: Beside<'_>,
) -> Value {
    // Signature by kid, iss, aud, azp, exp, sub, nonce.
    let claims = party.check_id_token(text, nonce, beside.access_token).await;
    let header = jwt_header(text);
    assert!(header["kid"].is_string(), "{header}");
    let issued = claims["iat"].as_i64().expect("checked");
    assert!(now() - issued <= OLDEST, "an old ID token: {claims}");
    assert!(
        claims["sub"]
            .as_str()
            .is_some_and(|sub| sub.len() <= 255 && sub.is_ascii()),
        "{claims}"
    );
    for (name, kind) in [
        ("auth_time", claims["auth_time"].is_u64()),
        ("acr", claims["acr"].is_string()),
        ("amr", is_list_of_texts(&claims["amr"])),
        ("sid", claims["sid"].is_string()),
    ] {
        assert!(claims[name].is_null() || kind, "{name} in {claims}");
    }
    for (name, value) in [("at_hash", beside.access_token), ("c_hash", beside.code)] {
        let hash = claims[name].as_str();
        assert!(
            hash.is_some() || !beside.required || value.is_none(),
            "no {name} in {claims}"
        );
        if let (Some(hash), Some(value)) = (hash, value) {
            assert_eq!(hash, half(value), "{name} in {claims}");
        }
    }
    userinfo::types(run, &claims);
    claims
}

/// Notes the claims of an ID token that nobody asked for.
pub(crate) fn nothing_else(run: &Run, claims: &Value) {
    let surplus = claims
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .filter(|name| !PROTOCOL.contains(name) && !["c_hash", "s_hash"].contains(name));
    for name in surplus {
        run.recommend(
            false,
            format!("{name} in an ID token, for which nobody asked"),
        );
    }
}

/// The left half of the hash of RS256, PS256 and ES256.
fn half(value: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(value)[..16])
}

fn is_list_of_texts(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|list| list.iter().all(Value::is_string))
}
