//! The keys that somebody registers are checked more strictly than keys from elsewhere are read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use symbolon_jose::{Algorithm, SigningKey, VerifyingKeys};

fn public(algorithm: Algorithm) -> Value {
    let key = SigningKey::generate(algorithm).unwrap();
    serde_json::to_value(key.public_jwk()).unwrap()
}

/// An RSA key with a modulus of so many bits.
fn rsa_of(bits: usize) -> Value {
    let modulus = URL_SAFE_NO_PAD.encode(vec![0xff; bits / 8]);
    json!({"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "weak"})
}

fn check(keys: &[Value]) -> Result<(), String> {
    let jwks = json!({"keys": keys});
    VerifyingKeys::check_registered(&jwks).map_err(|error| error.to_string())
}

#[test]
fn good_keys_are_accepted_beside_one_for_encryption() {
    let mut encryption = public(Algorithm::ES256);
    encryption["use"] = json!("enc");
    encryption["alg"] = json!("ECDH-ES");
    encryption["kid"] = json!("enc");
    check(&[
        public(Algorithm::ES256),
        public(Algorithm::EdDSA),
        encryption.clone(),
    ])
    .unwrap();
    // It cannot sign anything; a client may want it to be encrypted for, and nothing else.
    check(std::slice::from_ref(&encryption)).unwrap();
    encryption["use"] = json!("sig");
    check(&[encryption]).unwrap_err();
}

#[test]
fn a3_4_private_symmetric_repeated_weak_and_absent_keys_are_refused() {
    let good = public(Algorithm::ES256);
    let mut private = good.clone();
    private["d"] = json!("AAAA");
    private["kid"] = json!("other");
    let symmetric = json!({"kty": "oct", "k": "AAAA", "kid": "oct"});
    for bad in [private, symmetric, good.clone(), rsa_of(1024), rsa_of(2040)] {
        let refused = check(&[good.clone(), bad.clone()]);
        assert!(refused.is_err(), "{bad}");
    }
    check(&[]).unwrap_err();
    VerifyingKeys::check_registered(&json!([])).unwrap_err();
    VerifyingKeys::check_registered(&json!({"keys": "none"})).unwrap_err();
    let many: Vec<_> = (0..101)
        .map(|number| {
            let mut key = good.clone();
            key["kid"] = json!(number.to_string());
            key
        })
        .collect();
    check(&many).unwrap_err();
    check(&many[..100]).unwrap();
}

#[test]
fn a3_10_a_weak_key_of_others_is_passed_over() {
    let good = public(Algorithm::ES256);
    for weak in [rsa_of(1024), rsa_of(2040)] {
        let jwks = json!({"keys": [weak.clone(), good.clone()]});
        assert_eq!(VerifyingKeys::from_jwks(&jwks).unwrap().len(), 1);
        assert!(VerifyingKeys::from_jwks(&json!({"keys": [weak]})).is_err());
    }
}
