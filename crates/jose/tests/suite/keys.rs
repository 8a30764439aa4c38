//! Keys: what they show, what they keep, and what is refused to become one.

use crate::support::{self, ACCESS_TOKEN, KEYS, PUBLIC, claims, key, private_jwk};
use proptest::prelude::*;
use serde_json::{Value, json};
use symbolon_jose::{Algorithm, JoseError, SigningKey, VerifyingKeys, thumbprint};

#[test]
fn a_generated_key_is_named_by_its_thumbprint() {
    for key in KEYS.iter() {
        assert_eq!(key.kid(), thumbprint(&key.public_jwk()).unwrap());
    }
}

#[test]
fn a_public_jwk_has_the_public_members_and_no_others() {
    for (algorithm, kty, members) in [
        (Algorithm::RS256, "RSA", &["e", "n"][..]),
        (Algorithm::PS256, "RSA", &["e", "n"]),
        (Algorithm::ES256, "EC", &["crv", "x", "y"]),
        (Algorithm::EdDSA, "OKP", &["crv", "x"]),
    ] {
        let key = key(algorithm);
        let jwk = key.public_jwk();
        assert_eq!(jwk["kty"], kty);
        assert_eq!(jwk["use"], "sig");
        assert_eq!(jwk["alg"], algorithm.as_str());
        assert_eq!(jwk["kid"], key.kid());
        let mut names: Vec<_> = jwk
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        names.sort_unstable();
        let mut expected = [&["alg", "kid", "kty", "use"], members].concat();
        expected.sort_unstable();
        assert_eq!(names, expected);
    }
}

#[test]
fn a_private_jwk_read_back_is_the_same_key() {
    for key in KEYS.iter() {
        let read = SigningKey::from_private_jwk(&key.private_jwk()).unwrap();
        assert_eq!(read.private_jwk(), key.private_jwk());
        assert_eq!(read.public_jwk(), key.public_jwk());
        let token = read.sign("at+jwt", &claims()).unwrap();
        assert_eq!(PUBLIC.verify(&token, ACCESS_TOKEN).unwrap().kid, key.kid());
    }
}

#[test]
fn debug_shows_kid_and_algorithm_only() {
    for key in KEYS.iter() {
        assert_eq!(
            format!("{key:?}"),
            format!(
                "SigningKey {{ kid: {:?}, algorithm: {:?}, .. }}",
                key.kid(),
                key.algorithm()
            )
        );
    }
    let shown = format!("{:?}", *PUBLIC);
    assert!(shown.contains(KEYS[0].kid()));
    assert!(shown.len() < 64 * KEYS.len(), "{shown}");
}

#[test]
fn rsa_keys_are_made_with_2048_bits() {
    let n = key(Algorithm::RS256).public_jwk()["n"]
        .as_str()
        .map(support::decode)
        .unwrap();
    assert_eq!(n.len(), 256);
    assert!(n[0] >= 0x80);
}

#[test]
fn an_rsa_key_has_to_say_its_algorithm_and_the_others_need_not() {
    for key in KEYS.iter() {
        let mut jwk = private_jwk(key);
        jwk.as_object_mut().unwrap().remove("alg");
        let read = SigningKey::from_private_jwk(&jwk.to_string());
        match key.algorithm() {
            Algorithm::RS256 | Algorithm::PS256 => {
                assert!(matches!(read, Err(JoseError::AlgorithmMissing)));
            }
            Algorithm::ES256 | Algorithm::EdDSA => {
                assert_eq!(read.unwrap().algorithm(), key.algorithm());
            }
        }
    }
}

#[test]
fn a_private_jwk_with_something_wrong_is_refused_and_the_error_quotes_nothing_of_it() {
    let es256 = private_jwk(&key(Algorithm::ES256));
    let other = private_jwk(&SigningKey::generate(Algorithm::ES256).unwrap());
    let with = |name: &str, value: Value| {
        let mut jwk = es256.clone();
        jwk[name] = value;
        jwk.to_string()
    };
    let secret = es256["d"].as_str().unwrap();
    let rsa = private_jwk(&key(Algorithm::RS256));
    let eddsa = private_jwk(&key(Algorithm::EdDSA));
    let mut twisted_rsa = rsa.clone();
    twisted_rsa["dp"] = rsa["dq"].clone();
    let mut foreign_rsa = rsa.clone();
    foreign_rsa["n"] = private_jwk(&key(Algorithm::PS256))["n"].clone();
    let mut foreign_x = eddsa.clone();
    foreign_x["x"] = other["x"].clone();
    for (what, jwk) in [
        ("empty", String::new()),
        ("no object", format!("[{es256}]")),
        ("trailing data", format!("{es256}{es256}")),
        (
            "member twice",
            format!("{},\"d\":\"AA\"}}", es256.to_string().trim_end_matches('}')),
        ),
        ("no kty", with("kty", Value::Null)),
        (
            "symmetric",
            json!({"kty": "oct", "k": secret, "alg": "HS256"}).to_string(),
        ),
        ("alg none", with("alg", "none".into())),
        ("alg of hmac", with("alg", "HS256".into())),
        ("alg of another kind", with("alg", "RS256".into())),
        ("another curve", with("crv", "P-384".into())),
        ("no curve", with("crv", Value::Null)),
        ("for encryption", with("use", "enc".into())),
        ("for verifying only", with("key_ops", json!(["verify"]))),
        ("empty kid", with("kid", "".into())),
        ("kid a number", with("kid", 1.into())),
        ("no private member", es256_public()),
        ("d of zero", with("d", support::encode([0; 32]).into())),
        ("d too large", with("d", support::encode([0xff; 32]).into())),
        ("d empty", with("d", "".into())),
        ("d padded", with("d", format!("{secret}=").into())),
        ("d of another key", with("d", other["d"].clone())),
        ("x of another key", with("x", other["x"].clone())),
        ("rsa with wrong crt", twisted_rsa.to_string()),
        ("rsa with another n", foreign_rsa.to_string()),
        ("ed25519 with another x", foreign_x.to_string()),
    ] {
        let error = SigningKey::from_private_jwk(&jwk).expect_err(what);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains(secret), "{what}: {shown}");
        assert!(shown.len() < 400, "{what}: {shown}");
    }
}

fn es256_public() -> String {
    key(Algorithm::ES256).public_jwk().to_string()
}

#[test]
fn an_rsa_key_of_1024_bits_neither_signs_nor_verifies() {
    let mut jwk = josekit::jwk::Jwk::generate_rsa_key(1024).unwrap();
    jwk.set_algorithm("RS256");
    assert!(matches!(
        SigningKey::from_private_jwk(&jwk.to_string()),
        Err(JoseError::KeyRejected { .. })
    ));
    let public: Value = serde_json::from_str(&jwk.to_public_key().unwrap().to_string()).unwrap();
    assert_unusable(&public);
}

fn assert_unusable(jwk: &Value) {
    let refused = VerifyingKeys::from_jwks(&json!({"keys": [jwk]}));
    assert!(
        matches!(
            refused,
            Err(JoseError::JwksWithoutUsableKey { keys: 1, .. })
        ),
        "{jwk}"
    );
}

#[test]
fn a_public_key_that_cannot_verify_here_is_passed_over() {
    let ours = |algorithm| key(algorithm).public_jwk();
    let with = |algorithm, name: &str, value: Value| {
        let mut jwk = ours(algorithm);
        jwk[name] = value;
        jwk
    };
    let rsa = |name, value| with(Algorithm::RS256, name, value);
    let ec = |name, value| with(Algorithm::ES256, name, value);
    let ed = |name, value| with(Algorithm::EdDSA, name, value);
    for unusable in [
        json!("a string"),
        json!({"kty": "oct", "k": "AAAA", "kid": "symmetric"}),
        rsa("use", "enc".into()),
        rsa("key_ops", json!(["encrypt"])),
        rsa("alg", "HS256".into()),
        rsa("alg", "RSA-OAEP".into()),
        rsa("alg", "ES256".into()),
        rsa("kty", "rsa".into()),
        rsa("n", "AQAB".into()),
        rsa("n", "".into()),
        rsa("n", Value::Null),
        rsa("n", "!".into()),
        rsa("e", "AQ".into()),
        rsa("e", "Ag".into()),
        rsa("e", "".into()),
        rsa("e", 65537.into()),
        ec("crv", "P-384".into()),
        ec("x", support::encode([1; 32]).into()),
        ec("x", support::encode([1; 31]).into()),
        ec("y", Value::Null),
        ed("crv", "Ed448".into()),
        ed("x", support::encode([1; 33]).into()),
        ed("kid", 1.into()),
        private_jwk(&key(Algorithm::ES256)),
    ] {
        assert_unusable(&unusable);
        // A good key beside it keeps working, and the bad one does not come in by its kid.
        let keys = json!({"keys": [unusable, ours(Algorithm::PS256)]});
        assert_eq!(VerifyingKeys::from_jwks(&keys).unwrap().len(), 1);
    }
}

#[test]
fn an_rsa_modulus_with_a_leading_zero_is_still_read() {
    let key = key(Algorithm::RS256);
    let mut jwk = key.public_jwk();
    let n = support::decode(jwk["n"].as_str().unwrap());
    jwk["n"] = support::encode([&[0], &n[..]].concat()).into();
    let keys = VerifyingKeys::from_jwks(&json!({"keys": [jwk]})).unwrap();
    let token = key.sign("at+jwt", &claims()).unwrap();
    keys.verify(&token, ACCESS_TOKEN).unwrap();
}

#[test]
fn a_public_rsa_key_without_alg_verifies_both_of_its_algorithms_and_others_their_one() {
    for key in KEYS.iter() {
        let mut jwk = key.public_jwk();
        jwk.as_object_mut().unwrap().remove("alg");
        let keys = VerifyingKeys::from_jwks(&json!({"keys": [jwk]})).unwrap();
        assert_eq!(keys.len(), 1);
        let token = key.sign("at+jwt", &claims()).unwrap();
        let verified = keys.verify(&token, ACCESS_TOKEN).unwrap();
        assert_eq!(verified.algorithm, key.algorithm());
    }
}

#[test]
fn a_jwk_set_has_an_array_of_at_most_100_keys() {
    for refused in [
        json!({}),
        json!([]),
        json!({"keys": {}}),
        json!({"keys": vec![key(Algorithm::EdDSA).public_jwk(); 101]}),
    ] {
        assert!(matches!(
            VerifyingKeys::from_jwks(&refused),
            Err(JoseError::JwksMalformed { .. })
        ));
    }
    let one = json!({"keys": vec![key(Algorithm::EdDSA).public_jwk(); 100]});
    assert_eq!(VerifyingKeys::from_jwks(&one).unwrap().len(), 1);
    assert!(
        VerifyingKeys::from_jwks(&json!({"keys": []}))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn of_two_keys_with_one_kid_the_first_one_counts() {
    let [first, second] = [(); 2].map(|()| {
        let mut jwk = private_jwk(&SigningKey::generate(Algorithm::ES256).unwrap());
        jwk["kid"] = "same".into();
        SigningKey::from_private_jwk(&jwk.to_string()).unwrap()
    });
    let set = json!({"keys": [first.public_jwk(), second.public_jwk()]});
    for keys in [
        VerifyingKeys::from_signing_keys([&first, &second]),
        VerifyingKeys::from_jwks(&set).unwrap(),
    ] {
        assert_eq!(keys.len(), 1);
        let verify = |key: &SigningKey| {
            let token = key.sign("at+jwt", &claims()).unwrap();
            keys.verify(&token, ACCESS_TOKEN).is_ok()
        };
        assert!(verify(&first));
        assert!(!verify(&second));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    /// Whatever stands in a JWK, reading it ends in a key or an error.
    #[test]
    fn a_jwk_with_any_member_replaced_never_panics(
        algorithm in 0..4_usize,
        name in prop::sample::select(vec![
            "kty", "crv", "alg", "kid", "use", "key_ops",
            "n", "e", "d", "p", "q", "dp", "dq", "qi", "x", "y",
        ]),
        value in prop_oneof![
            Just(Value::Null),
            Just(json!([])),
            Just(json!({})),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(|v| support::encode(v).into()),
        ],
    ) {
        let key = &KEYS[algorithm];
        let mut jwk = private_jwk(key);
        jwk[name] = value.clone();
        if let Ok(read) = SigningKey::from_private_jwk(&jwk.to_string()) {
            let token = read.sign("at+jwt", &claims()).unwrap();
            VerifyingKeys::from_signing_keys([&read]).verify(&token, ACCESS_TOKEN).unwrap();
        }
        let mut jwk = key.public_jwk();
        jwk[name] = value;
        let _either = VerifyingKeys::from_jwks(&json!({"keys": [jwk]}));
    }
}
