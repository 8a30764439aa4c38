#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::*;

const URL: &str = "https://id.example/oauth/v2/token";
const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

fn keys() -> NonceKeys {
    NonceKeys::new([7; 32], [])
}

fn proof(changes: Value) -> Proof {
    let mut claims = json!({"jti": "a", "htm": "POST", "htu": URL, "iat": NOW.seconds()});
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    Proof {
        key: Thumbprint([1; 32]),
        algorithm: Algorithm::ES256,
        claims: serde_json::from_value(claims).unwrap(),
    }
}

fn checked(changes: Value, policy: NoncePolicy, token: Option<&str>) -> Result<Use, Refusal> {
    let keys = keys();
    let facts = Facts {
        alias: None,
        method: "POST",
        url: URL,
        access_token: token,
        nonces: policy,
        nonce_keys: &keys,
        now: NOW,
    };
    check(&proof(changes), &facts)
}

fn refusal(changes: Value) -> Option<Refusal> {
    checked(changes, NoncePolicy::Off, None).err()
}

#[test]
fn a3_9_a_proof_is_for_one_method() {
    assert_eq!(refusal(json!({})), None);
    for method in ["GET", "post", "POST ", ""] {
        assert_eq!(
            refusal(json!({"htm": method})),
            Some(Refusal::AnotherMethod),
            "{method}"
        );
    }
}

#[test]
fn a3_9_a_proof_is_for_one_url_in_any_of_its_spellings() {
    for same in [
        "https://id.example/oauth/v2/token?a=b",
        "https://id.example/oauth/v2/token#top",
        "HTTPS://ID.example:443/oauth/v2/token",
        "https://id.example/oauth/%76%32/token",
        "https://id.example/x/../oauth/v2/./token",
    ] {
        assert_eq!(refusal(json!({"htu": same})), None, "{same}");
    }
    for other in [
        "http://id.example/oauth/v2/token",
        "https://id.example/oauth/v2/token/",
        "https://id.example/oauth/V2/token",
        "https://id.example/oauth/v2%2Ftoken",
        "https://id.example:444/oauth/v2/token",
        "https://user@id.example/oauth/v2/token",
        "https://id.example.evil/oauth/v2/token",
        "https:\\\\id.example/oauth/v2/token",
        " https://id.example/oauth/v2/token",
        "https://id.example/oauth/v2/tok\ten",
        "/oauth/v2/token",
        "token",
    ] {
        assert_eq!(
            refusal(json!({"htu": other})),
            Some(Refusal::AnotherUrl),
            "{other}"
        );
    }
}

#[test]
fn a3_9_a_proof_is_for_one_minute() {
    let at = |seconds: i64| refusal(json!({"iat": NOW.seconds() + seconds}));
    assert_eq!((at(-60), at(60)), (None, None));
    assert_eq!(at(-61), Some(Refusal::TooOld));
    assert_eq!(at(61), Some(Refusal::TooYoung));
    assert_eq!(refusal(json!({"iat": i64::MIN})), Some(Refusal::TooOld));
    assert_eq!(refusal(json!({"iat": 1e300})), Some(Refusal::TooYoung));
    assert_eq!(refusal(json!({"iat": 1_000_000.9})), None);
}

#[test]
fn a_proof_that_says_when_it_ends_ends_then() {
    let now = NOW.seconds();
    assert_eq!(refusal(json!({"exp": now + 1, "nbf": now - 1})), None);
    assert_eq!(refusal(json!({"exp": now})), Some(Refusal::Expired));
    assert_eq!(
        refusal(json!({"nbf": now + 61})),
        Some(Refusal::NotYetValid)
    );
}

#[test]
fn a3_9_ath_is_the_digest_of_the_token_that_is_presented() {
    // The example of RFC 9449 §7.1.
    let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    let ath = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
    let with = |ath: Value| checked(ath, NoncePolicy::Off, Some(token)).err();
    assert_eq!(with(json!({"ath": ath})), None);
    for other in [json!({}), json!({"ath": ""}), json!({"ath": "x"})] {
        assert_eq!(with(other), Some(Refusal::AnotherAccessToken));
    }
}

#[test]
fn a_nonce_is_asked_for_where_it_is_required_and_has_to_be_good_where_it_is_used() {
    let good = keys().issue(NOW);
    let with = |policy, nonce: &str| {
        let changes = match nonce {
            "" => json!({}),
            nonce => json!({"nonce": nonce}),
        };
        checked(changes, policy, None).err()
    };
    use NoncePolicy::{Off, Optional, Required};
    assert_eq!(with(Off, "anything"), None);
    assert_eq!((with(Optional, ""), with(Optional, &good)), (None, None));
    assert_eq!(with(Required, &good), None);
    assert_eq!(with(Required, ""), Some(Refusal::NonceMissing));
    assert_eq!(with(Optional, "anything"), Some(Refusal::NonceStale));
    assert_eq!(with(Required, "anything"), Some(Refusal::NonceStale));
}

#[test]
fn a_claim_of_another_type_or_a_missing_one_makes_no_proof() {
    for (name, value) in [
        ("jti", json!(1)),
        ("htm", json!(null)),
        ("htu", json!(["a"])),
        ("iat", json!("1")),
        ("ath", json!(null)),
        ("nonce", json!(7)),
        ("exp", json!(true)),
    ] {
        let mut claims = json!({"jti": "a", "htm": "POST", "htu": URL, "iat": 1});
        claims[name] = value;
        assert!(
            serde_json::from_value::<ProofClaims>(claims).is_err(),
            "{name}"
        );
    }
    for name in ["jti", "htm", "htu", "iat"] {
        let mut claims = json!({"jti": "a", "htm": "POST", "htu": URL, "iat": 1});
        claims.as_object_mut().unwrap().remove(name);
        assert!(
            serde_json::from_value::<ProofClaims>(claims).is_err(),
            "{name}"
        );
    }
    assert_eq!(refusal(json!({"jti": ""})), Some(Refusal::Malformed));
}

#[test]
fn a_jti_is_used_once_by_one_key_and_remembered_as_long_as_any_clock_accepts_it() {
    let one = checked(json!({}), NoncePolicy::Off, None).unwrap();
    assert_eq!(one.until, Timestamp::from_seconds(1_000_120));
    let mut other = proof(json!({}));
    other.key = Thumbprint([2; 32]);
    assert_ne!(name_of(&other), one.digest);
    let again = checked(json!({"iat": 999_990}), NoncePolicy::Off, None).unwrap();
    assert_eq!(again.digest, one.digest);
}

#[test]
fn there_is_one_header_or_none() {
    assert_eq!(single([]), Ok(None));
    assert_eq!(single([Some("a")]), Ok(Some("a")));
    assert_eq!(single([None]), Err(Refusal::Malformed));
    assert_eq!(single([Some("a"), Some("a")]), Err(Refusal::Several));
}
