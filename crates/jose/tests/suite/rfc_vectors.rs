//! The examples of the specifications, verified, and the names of the keys in them.

use crate::support::BARE;
use serde_json::{Value, json};
use symbolon_jose::{Algorithm, JoseError, SigningKey, VerifyingKeys, thumbprint};

/// The key of a vector without its private members, as a set of one.
fn public_set(jwk: &str) -> Value {
    let mut jwk: Value = serde_json::from_str(jwk).unwrap();
    let members = jwk.as_object_mut().unwrap();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        members.remove(private);
    }
    json!({"keys": [jwk]})
}

fn payload(jwk: &str, token: &str, algorithm: Algorithm) -> String {
    let keys = VerifyingKeys::from_jwks(&public_set(jwk)).unwrap();
    let verified = keys.verify(token.trim(), BARE).unwrap();
    assert_eq!(verified.algorithm, algorithm);
    String::from_utf8(verified.payload).unwrap()
}

const JOE: &str =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

#[test]
fn rfc_7515_a2_the_rs256_example_verifies() {
    let jwk = include_str!("../vectors/rfc7515-a2.jwk.json");
    let token = include_str!("../vectors/rfc7515-a2.jws");
    assert_eq!(payload(jwk, token, Algorithm::RS256), JOE);
}

#[test]
fn rfc_7515_a3_the_es256_example_verifies() {
    let jwk = include_str!("../vectors/rfc7515-a3.jwk.json");
    let token = include_str!("../vectors/rfc7515-a3.jws");
    assert_eq!(payload(jwk, token, Algorithm::ES256), JOE);
}

#[test]
fn rfc_8037_a4_the_ed25519_example_verifies() {
    let jwk = include_str!("../vectors/rfc8037-a.jwk.json");
    let token = include_str!("../vectors/rfc8037-a.jws");
    assert_eq!(
        payload(jwk, token, Algorithm::EdDSA),
        "Example of Ed25519 signing"
    );
}

#[test]
fn rfc_7638_3_1_the_thumbprint_of_the_rsa_example() {
    let jwk = serde_json::from_str(include_str!("../vectors/rfc7638-3.1.jwk.json")).unwrap();
    assert_eq!(
        thumbprint(&jwk).unwrap(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

#[test]
fn rfc_8037_a3_the_thumbprint_of_the_ed25519_example_is_its_kid() {
    let key = SigningKey::from_private_jwk(include_str!("../vectors/rfc8037-a.jwk.json")).unwrap();
    assert_eq!(key.kid(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    assert_eq!(key.algorithm(), Algorithm::EdDSA);
    assert_eq!(
        key.public_jwk(),
        json!({
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "use": "sig",
            "alg": "EdDSA",
            "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        })
    );
}

#[test]
fn a_thumbprint_depends_on_the_required_members_alone() {
    let jwk: Value = serde_json::from_str(include_str!("../vectors/rfc7515-a3.jwk.json")).unwrap();
    let shuffled = json!({
        "alg": "ES256", "use": "sig", "kid": "another", "ext": true,
        "y": jwk["y"], "x": jwk["x"], "kty": jwk["kty"], "crv": jwk["crv"],
    });
    assert_eq!(thumbprint(&shuffled).unwrap(), thumbprint(&jwk).unwrap());
}

#[test]
fn a_thumbprint_needs_every_required_member_and_a_public_kind() {
    for jwk in [
        json!({}),
        json!([]),
        json!({"kty": "oct", "k": "AAAA"}),
        json!({"kty": "RSA", "n": "AAAA"}),
        json!({"kty": "EC", "crv": "P-256", "x": "AAAA"}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": 1}),
    ] {
        assert!(
            matches!(thumbprint(&jwk), Err(JoseError::JwkMalformed { .. })),
            "{jwk}"
        );
    }
}
