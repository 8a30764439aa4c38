//! What is not encrypted with, and who may not ask for it.

use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use serde_json::{Value, json};
use symbolon_testkit::Backend;

use super::{client, keys};
use crate::support::{file, symbolon};

/// What is said of such a client; empty when it is accepted.
fn refusal(database: &str, more: Value) -> String {
    let state = file(&json!({ "clients": [client("app", more)] }).to_string());
    let path = state.path().to_str().unwrap();
    let output = symbolon(&["apply", "--database", database, "-f", path]);
    match output.status.success() {
        true => String::new(),
        false => String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn a3_5_what_is_weak_or_shared_cannot_be_registered() {
    let database = Backend::Sqlite.url();
    let keys_of_it = json!({"keys": [keys()[0].public()]});
    for algorithm in [
        "RSA1_5",
        "RSA-OAEP",
        "dir",
        "A256KW",
        "A256GCMKW",
        "PBES2-HS256+A128KW",
        "none",
    ] {
        for name in [
            "id_token_encrypted_response_alg",
            "userinfo_encrypted_response_alg",
        ] {
            let said = refusal(&database, json!({"jwks": keys_of_it, name: algorithm}));
            assert!(said.contains("RSA-OAEP-256"), "{name} {algorithm}: {said}");
        }
    }
    for encoding in ["A192CBC-HS384", "A128KW", "none"] {
        let said = refusal(
            &database,
            json!({
                "jwks": keys_of_it,
                "id_token_encrypted_response_alg": "RSA-OAEP-256",
                "id_token_encrypted_response_enc": encoding,
            }),
        );
        assert!(said.contains("A128CBC-HS256"), "{encoding}: {said}");
    }
    for signed in ["HS256", "none"] {
        let said = refusal(&database, json!({"userinfo_signed_response_alg": signed}));
        assert!(!said.is_empty(), "{signed}");
        let said = refusal(&database, json!({"id_token_signed_response_alg": signed}));
        assert!(!said.is_empty(), "{signed}");
    }
}

#[test]
fn whoever_wants_encryption_has_a_key_and_says_how() {
    let database = Backend::Sqlite.url();
    for more in [
        json!({"id_token_encrypted_response_alg": "RSA-OAEP-256"}),
        json!({"userinfo_encrypted_response_alg": "RSA-OAEP-256"}),
        json!({
            "jwks": {"keys": [keys()[0].public()]},
            "id_token_encrypted_response_enc": "A256GCM",
        }),
    ] {
        let said = refusal(&database, more.clone());
        assert!(said.contains("encrypted_response"), "{more}: {said}");
    }
    let mut private = keys()[1].public();
    private["d"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let mut off_curve = keys()[1].public();
    off_curve["y"] = off_curve["x"].clone();
    let mut other_curve = Jwk::generate_ec_key(EcCurve::P521).unwrap();
    other_curve.set_key_use("enc");
    let other_curve = other_curve.to_public_key().unwrap();
    let other_curve: &serde_json::Map<String, Value> = other_curve.as_ref();
    for (name, key) in [
        ("private", private),
        ("off the curve", off_curve),
        ("of another curve", other_curve.clone().into()),
        (
            "for wrapping",
            json!({"kty": "oct", "k": "AAAA", "use": "enc"}),
        ),
    ] {
        let said = refusal(
            &database,
            json!({
                "jwks": {"keys": [key]}, "id_token_encrypted_response_alg": "ECDH-ES",
            }),
        );
        assert!(said.contains("jwks"), "{name}: {said}");
    }
    let accepted = json!({
        "jwks": {"keys": [keys()[1].public()]}, "id_token_encrypted_response_alg": "ECDH-ES",
    });
    assert_eq!(refusal(&database, accepted), "");
}
