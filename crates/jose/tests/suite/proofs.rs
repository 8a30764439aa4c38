//! Tokens that carry their own key (RFC 9449 §4.3, checks 2 to 7). Every proof here carries a right
//! signature over what it says, unless the test is about the signature.

use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_core::dpop::{Refusal, Thumbprint};
use symbolon_jose::{Algorithm, SigningKey, proof, thumbprint};

use crate::support::{KEYS, decode, encode, key, private_jwk, sign_encoded};

fn claims() -> Value {
    json!({"jti": "one", "htm": "POST", "htu": "https://id.example/token", "iat": 1})
}

fn header(key: &SigningKey) -> Value {
    json!({"typ": "dpop+jwt", "alg": key.algorithm().as_str(), "jwk": key.public_jwk()})
}

fn signed(key: &SigningKey, header: &Value) -> String {
    sign_encoded(
        key,
        &encode(header.to_string()),
        &encode(claims().to_string()),
    )
}

fn refusal(token: &str) -> Option<Refusal> {
    proof::verify(token, &Algorithm::ALL).err()
}

/// The refusal of an ES256 proof with this header member.
fn with(name: &str, value: Value) -> Option<Refusal> {
    let key = key(Algorithm::ES256);
    let mut header = header(&key);
    header[name] = value;
    refusal(&signed(&key, &header))
}

fn without(name: &str) -> Option<Refusal> {
    let key = key(Algorithm::ES256);
    let mut header = header(&key);
    header.as_object_mut().unwrap().remove(name);
    refusal(&signed(&key, &header))
}

#[test]
fn a_proof_of_each_algorithm_is_read_and_names_its_key() {
    for key in KEYS.iter() {
        let proof = proof::verify(&signed(key, &header(key)), &Algorithm::ALL).unwrap();
        let name = thumbprint(&private_jwk(key)).unwrap();
        assert_eq!(proof.key, Thumbprint::from_text(&name).unwrap());
        assert_eq!(proof.algorithm, key.algorithm());
        assert_eq!(proof.claims, serde_json::from_value(claims()).unwrap());
    }
}

#[test]
fn the_example_of_rfc_9449_is_read() {
    let token = concat!(
        "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6Ik",
        "VDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCR",
        "nMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JE",
        "QSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIj",
        "oiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwia",
        "WF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg",
        "4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg",
    );
    let proof = proof::verify(token, &[Algorithm::ES256]).unwrap();
    assert_eq!(
        proof.key.to_text(),
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    );
}

#[test]
fn a3_9_only_the_accepted_algorithms_and_none_is_not_one_of_them() {
    for alg in ["none", "HS256", "es256", "ES384", ""] {
        assert_eq!(
            with("alg", alg.into()),
            Some(Refusal::AlgorithmNotAccepted),
            "{alg}"
        );
    }
    let rsa = key(Algorithm::RS256);
    let token = signed(&rsa, &header(&rsa));
    assert_eq!(
        proof::verify(&token, &[Algorithm::ES256, Algorithm::PS256]).unwrap_err(),
        Refusal::AlgorithmNotAccepted
    );
    // The signature of another algorithm of the same kind of key.
    let mut other = header(&rsa);
    other["alg"] = "PS256".into();
    other["jwk"].as_object_mut().unwrap().remove("alg");
    assert_eq!(
        refusal(&signed(&rsa, &other)),
        Some(Refusal::SignatureWrong)
    );
}

#[test]
fn a3_9_the_key_is_a_public_one_of_a_fitting_kind() {
    let own = key(Algorithm::ES256);
    let foreign = key(Algorithm::EdDSA);
    let mut off_the_curve = own.public_jwk().clone();
    off_the_curve["y"] = off_the_curve["x"].clone();
    for bad in [
        private_jwk(&own),
        foreign.public_jwk().clone(),
        json!({"kty": "oct", "k": "c2VjcmV0"}),
        json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
        off_the_curve,
        json!("text"),
        json!(null),
        json!({}),
    ] {
        assert_eq!(
            with("jwk", bad.clone()),
            Some(Refusal::KeyUnusable),
            "{bad}"
        );
    }
    assert_eq!(without("jwk"), Some(Refusal::KeyUnusable));
}

#[test]
fn the_type_says_that_it_is_a_proof() {
    assert_eq!(with("typ", "DPoP+JWT".into()), None);
    assert_eq!(with("typ", "application/dpop+jwt".into()), None);
    for other in ["at+jwt", "JWT", "dpop", ""] {
        assert_eq!(
            with("typ", other.into()),
            Some(Refusal::TypeOther),
            "{other}"
        );
    }
    assert_eq!(without("typ"), Some(Refusal::TypeOther));
    assert_eq!(without("alg"), Some(Refusal::Malformed));
    assert_eq!(with("crit", json!(["exp"])), Some(Refusal::Malformed));
}

#[test]
fn a3_9_the_signature_is_that_of_the_key_in_the_header() {
    let own = key(Algorithm::ES256);
    let stranger = SigningKey::generate(Algorithm::ES256).unwrap();
    assert_eq!(
        refusal(&signed(&stranger, &header(&own))),
        Some(Refusal::SignatureWrong)
    );
    let token = signed(&own, &header(&own));
    let (rest, signature) = token.rsplit_once('.').unwrap();
    let (head, _) = rest.split_once('.').unwrap();
    let mut flipped = decode(signature);
    flipped[0] ^= 1;
    assert_eq!(
        refusal(&format!("{rest}.{}", encode(flipped))),
        Some(Refusal::SignatureWrong)
    );
    let other = encode(claims().to_string().replace("POST", "GET"));
    assert_eq!(
        refusal(&format!("{head}.{other}.{signature}")),
        Some(Refusal::SignatureWrong)
    );
    assert_eq!(refusal(&format!("{rest}.")), Some(Refusal::SignatureWrong));
}

#[test]
fn a_member_that_stands_twice_is_refused_in_header_key_and_claims() {
    let key = key(Algorithm::ES256);
    let head = header(&key).to_string();
    let body = claims().to_string();
    let token = |head: &str, body: &str| sign_encoded(&key, &encode(head), &encode(body));
    assert_eq!(refusal(&token(&head, &body)), None);
    let twice = |text: &str, member: &str| text.replacen('{', &format!("{{{member},"), 1);
    for (head, body) in [
        (twice(&head, r#""typ":"dpop+jwt""#), body.clone()),
        (
            head.replace(r#""kty":"#, r#""kty":"EC","kty":"#),
            body.clone(),
        ),
        (head.clone(), twice(&body, r#""htm":"GET""#)),
        (head.clone(), twice(&body, r#""x":{"a":1,"a":2}"#)),
    ] {
        assert_eq!(refusal(&token(&head, &body)), Some(Refusal::Malformed));
    }
}

#[test]
fn what_is_not_one_compact_jwt_is_refused() {
    let key = key(Algorithm::ES256);
    let token = signed(&key, &header(&key));
    let array = sign_encoded(&key, &encode(header(&key).to_string()), &encode("[]"));
    for bad in [
        "",
        "a",
        "a.b",
        "..",
        "a.b.c.d",
        &token.replace('.', " "),
        &format!("{token}.x"),
        &format!("{token}="),
        &format!(" {token}"),
        &format!("{token},{token}"),
        &array,
        &"a".repeat(20_000),
    ] {
        assert_eq!(refusal(bad), Some(Refusal::Malformed), "{bad:.40}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..Default::default() })]

    /// Whatever is sent is refused, and nothing panics.
    #[test]
    fn no_text_is_a_proof(text in prop_oneof![".{0,400}", "[A-Za-z0-9_-]{0,99}\\.[A-Za-z0-9_-]{0,99}\\.[A-Za-z0-9_-]{0,99}"]) {
        prop_assert!(refusal(&text).is_some());
    }

    /// A proof in which one character is another one is none.
    #[test]
    fn a_proof_that_was_changed_is_refused(place: prop::sample::Index, other in "[A-Za-z0-9_.-]") {
        let key = key(Algorithm::EdDSA);
        let token = signed(&key, &header(&key));
        let place = place.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(place..=place, &other);
        prop_assume!(changed != token);
        prop_assert!(refusal(&changed).is_some(), "{changed}");
    }

    /// Whatever stands in the header or in its key, it is refused, or does no harm.
    #[test]
    fn any_member_may_be_anything(
        name in prop::sample::select(vec!["typ", "alg", "jwk", "crit", "kid", "x"]),
        member in prop::sample::select(vec!["kty", "crv", "x", "y", "n", "e", "d", "k", "alg", "use", "key_ops"]),
        value in prop_oneof![
            Just(Value::Null), Just(json!([])), Just(json!({})),
            any::<i64>().prop_map(Value::from), ".{0,50}".prop_map(Value::from),
        ],
    ) {
        for algorithm in Algorithm::ALL {
            let key = key(algorithm);
            let mut own = header(&key);
            own[name] = value.clone();
            let _either = refusal(&signed(&key, &own));
            let mut own = header(&key);
            own["jwk"][member] = value.clone();
            let _either = refusal(&signed(&key, &own));
        }
    }
}
