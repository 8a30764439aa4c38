//! Both ways with the signers and verifiers of josekit, which are made by OpenSSL: two
//! implementations that share no code agree on every algorithm.

use crate::support::{self, ACCESS_TOKEN, KEYS, PUBLIC, claims, foreign_signer};
use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsHeader, JwsVerifier, PS256, RS256};
use josekit::jwt::{self, JwtPayload};
use serde_json::Value;
use symbolon_jose::{Algorithm, SigningKey, VerifyingKeys};

fn jwk(value: Value) -> Jwk {
    let Value::Object(members) = value else {
        panic!("a JWK is an object: {value}")
    };
    Jwk::from_map(members).unwrap()
}

fn verifier(key: &SigningKey) -> Box<dyn JwsVerifier> {
    let jwk = jwk(key.public_jwk());
    match key.algorithm() {
        Algorithm::RS256 => Box::new(RS256.verifier_from_jwk(&jwk).unwrap()),
        Algorithm::PS256 => Box::new(PS256.verifier_from_jwk(&jwk).unwrap()),
        Algorithm::ES256 => Box::new(ES256.verifier_from_jwk(&jwk).unwrap()),
        Algorithm::EdDSA => Box::new(EdDSA.verifier_from_jwk(&jwk).unwrap()),
    }
}

#[test]
fn what_we_sign_openssl_verifies() {
    for key in KEYS.iter() {
        for typ in ["at+jwt", "JWT", "logout+jwt"] {
            let token = key.sign(typ, &claims()).unwrap();
            let (payload, header) = jwt::decode_with_verifier(&token, &*verifier(key)).unwrap();
            assert_eq!(Value::Object(payload.into()), claims());
            assert_eq!(header.claim("typ").unwrap(), typ);
            assert_eq!(header.claim("alg").unwrap(), key.algorithm().as_str());
            assert_eq!(header.claim("kid").unwrap(), key.kid());
        }
    }
}

#[test]
fn what_openssl_signs_we_verify() {
    for key in KEYS.iter() {
        let mut header = JwsHeader::new();
        header.set_token_type("at+jwt");
        header.set_key_id(key.kid());
        let Value::Object(members) = claims() else {
            panic!("claims are an object")
        };
        let payload = JwtPayload::from_map(members).unwrap();
        let token = jwt::encode_with_signer(&payload, &header, &*foreign_signer(key)).unwrap();
        let verified = PUBLIC.verify(&token, ACCESS_TOKEN).unwrap();
        assert_eq!(verified.kid, key.kid());
        assert_eq!(verified.algorithm, key.algorithm());
        assert_eq!(verified.claims::<Value>().unwrap(), claims());
    }
}

#[test]
fn a_key_that_openssl_made_is_read_and_signs_for_openssl() {
    for (algorithm, made) in [
        (Algorithm::RS256, Jwk::generate_rsa_key(2048)),
        (Algorithm::PS256, Jwk::generate_rsa_key(3072)),
        (Algorithm::ES256, Jwk::generate_ec_key(josekit::jwk::P_256)),
        (
            Algorithm::EdDSA,
            Jwk::generate_ed_key(josekit::jwk::Ed25519),
        ),
    ] {
        let mut jwk = made.unwrap();
        jwk.set_algorithm(algorithm.as_str());
        jwk.set_key_id("theirs");
        let key = SigningKey::from_private_jwk(&jwk.to_string()).unwrap();
        assert_eq!((key.kid(), key.algorithm()), ("theirs", algorithm));
        let token = key.sign("JWT", &claims()).unwrap();
        jwt::decode_with_verifier(&token, &*verifier(&key)).unwrap();
    }
}

#[test]
fn a_short_coordinate_keeps_its_leading_zeros() {
    // One key in 128 has a coordinate that starts with a zero byte, where encoders that write
    // numbers instead of coordinates lose it. RFC 7518 §6.2.1.2.
    let mut seen = 0;
    for _ in 0..10_000 {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let public = key.public_jwk();
        let short = ["x", "y"]
            .iter()
            .any(|name| support::decode(public[*name].as_str().unwrap())[0] == 0);
        if !short {
            continue;
        }
        seen += 1;
        let token = key.sign("at+jwt", &claims()).unwrap();
        jwt::decode_with_verifier(&token, &*verifier(&key)).unwrap();
        let read = SigningKey::from_private_jwk(&key.private_jwk()).unwrap();
        assert_eq!(read.public_jwk(), public);
        VerifyingKeys::from_jwks(&serde_json::json!({"keys": [public]}))
            .unwrap()
            .verify(&token, ACCESS_TOKEN)
            .unwrap();
        if seen == 2 {
            return;
        }
    }
    panic!("10,000 keys without a coordinate that starts with zero");
}
