//! Verifies a signed token with the published keys alone, as a client does that shares no code with
//! the server: RFC 7515, RFC 7518 §3.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The header of a JWT, unverified.
///
/// # Panics
/// When it is none.
pub fn jwt_header(token: &str) -> Value {
    json(token, token.split('.').next().unwrap_or_default())
}

/// The claims of a signed JWT, unverified.
///
/// # Panics
/// When it is none.
pub fn jwt_payload(token: &str) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token} is not a signed JWT");
    json(token, parts[1])
}

/// These claims in a JWT that nobody signed, whose header says so (RFC 7519 §6).
pub fn unsigned_jwt(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(&json!({"alg": "none"})), part(claims))
}

/// Verifies the signature of `token` with the one key of the set that its header names.
///
/// # Panics
/// When the key is not in the set, is not for this algorithm, or did not sign this token.
pub(crate) fn verify(token: &str, keys: &Value) {
    let header = jwt_header(token);
    let algorithm = header["alg"].as_str().unwrap_or_default();
    let kid = header["kid"]
        .as_str()
        .unwrap_or_else(|| panic!("no kid in {header}"));
    let all = keys["keys"]
        .as_array()
        .unwrap_or_else(|| panic!("{keys} is no key set"));
    let named: Vec<_> = all.iter().filter(|key| key["kid"] == kid).collect();
    let [key] = named[..] else {
        panic!("{} keys are named {kid} in {keys}", named.len())
    };
    assert_eq!(
        key["alg"], algorithm,
        "the key {kid} is for another algorithm: {key}"
    );
    assert_eq!(key["use"], "sig", "{key}");

    let (signed, signature) = token
        .rsplit_once('.')
        .unwrap_or_else(|| panic!("{token} is not a signed JWT"));
    let signature = decode(signature);
    let member = |name: &str| decode(key[name].as_str().unwrap_or_default());
    let valid = match algorithm {
        "RS256" | "PS256" => {
            let parameters = match algorithm {
                "RS256" => &RSA_PKCS1_2048_8192_SHA256,
                _ => &RSA_PSS_2048_8192_SHA256,
            };
            RsaPublicKeyComponents {
                n: member("n"),
                e: member("e"),
            }
            .verify(parameters, signed.as_bytes(), &signature)
        }
        "ES256" => {
            // An uncompressed point: SEC 1 §2.3.3.
            let point = [vec![4], member("x"), member("y")].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(signed.as_bytes(), &signature)
        }
        "EdDSA" => {
            UnparsedPublicKey::new(&ED25519, member("x")).verify(signed.as_bytes(), &signature)
        }
        other => panic!("a token is signed with {other}, which no client of a test asked for"),
    };
    assert!(valid.is_ok(), "{kid} ({algorithm}) did not sign {token}");
}

fn json(token: &str, part: &str) -> Value {
    serde_json::from_slice(&decode(part)).unwrap_or_else(|error| panic!("{token}: {error}"))
}

fn decode(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(part)
        .unwrap_or_else(|error| panic!("{part:?} is not base64url: {error}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use aws_lc_rs::signature::Ed25519KeyPair;

    /// The key pair of RFC 8037 Appendix A.1 and A.2.
    const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn signed() -> (String, Value) {
        let pair = Ed25519KeyPair::from_seed_and_public_key(&decode(SEED), &decode(KEY)).unwrap();
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!(
            "{}.{}",
            part(json!({"alg": "EdDSA", "kid": "1"})),
            part(json!({"sub": "a"}))
        );
        let signature = URL_SAFE_NO_PAD.encode(pair.sign(signed.as_bytes()));
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": KEY, "kid": "1", "alg": "EdDSA",
                         "use": "sig"});
        (format!("{signed}.{signature}"), json!({"keys": [key]}))
    }

    #[test]
    fn a_token_of_the_key_is_accepted_and_read() {
        let (token, keys) = signed();
        verify(&token, &keys);
        assert_eq!(jwt_payload(&token), json!({"sub": "a"}));
    }

    #[test]
    #[should_panic(expected = "did not sign")]
    fn a_token_with_other_claims_is_refused() {
        let (token, keys) = signed();
        let other = URL_SAFE_NO_PAD.encode(json!({"sub": "b"}).to_string());
        let parts: Vec<_> = token.split('.').collect();
        verify(&format!("{}.{other}.{}", parts[0], parts[2]), &keys);
    }

    #[test]
    #[should_panic(expected = "0 keys are named 1")]
    fn a_token_of_an_unpublished_key_is_refused() {
        verify(&signed().0, &json!({"keys": []}));
    }
}
