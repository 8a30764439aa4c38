//! A token under a MAC whose key is a client secret: HS256 (RFC 7518 §3.2).
//!
//! Apart from [`crate::verify`] on purpose: what is checked here has a secret for a key, what is
//! checked there a public key, and no token can choose between the two. The caller decided by the
//! client's registration.
#![doc(alias = "HS256")]

use aws_lc_rs::hmac;

use crate::verify::{Compact, Expected, LONGEST_TOKEN_BYTES, VerifyError, decode};

/// The name of the algorithm.
const HS256: &str = "HS256";

/// Verifies a token under any of these secrets: several while one is rotated. The payload, byte for
/// byte; `algorithms` of what is expected is not looked at.
///
/// # Errors
/// The first [`VerifyError`] that applies.
pub fn verify_with_secret<'a>(
    token: &str,
    secrets: impl IntoIterator<Item = &'a [u8]>,
    expected: Expected<'_>,
) -> Result<Vec<u8>, VerifyError> {
    let token = Compact::read(token, LONGEST_TOKEN_BYTES)?;
    if token.header.alg != HS256 {
        return Err(VerifyError::AlgorithmNotAccepted);
    }
    if !expected.accepts_type(token.header.typ.as_deref()) {
        return Err(VerifyError::TypeNotAccepted);
    }
    let tag = decode(token.signature)?;
    let good = secrets.into_iter().any(|secret| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        // Constant in time.
        hmac::verify(&key, token.signed.as_bytes(), &tag).is_ok()
    });
    if good {
        decode(token.payload)
    } else {
        Err(VerifyError::SignatureInvalid)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::*;
    use crate::{Algorithm, SigningKey, VerifyingKeys};

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    const ANY: Expected<'static> = Expected {
        typ: &["JWT"],
        typ_may_be_absent: true,
        algorithms: &Algorithm::ALL,
    };

    fn signed(header: &Value, secret: &[u8]) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(&json!({"sub": "app"})));
        let tag = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, secret),
            signed.as_bytes(),
        );
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    #[test]
    fn each_of_several_secrets_verifies_and_no_other_one() {
        let token = signed(&json!({"alg": "HS256"}), SECRET);
        for secrets in [&[SECRET][..], &[b"other", SECRET], &[SECRET, b"other"]] {
            let payload = verify_with_secret(&token, secrets.iter().copied(), ANY);
            assert_eq!(payload.unwrap(), br#"{"sub":"app"}"#);
        }
        for secrets in [&[][..], &[&b"other"[..]], &[&b""[..]], &[&SECRET[..31]]] {
            let refused = verify_with_secret(&token, secrets.iter().copied(), ANY);
            assert_eq!(refused, Err(VerifyError::SignatureInvalid));
        }
    }

    #[test]
    fn a3_4_another_algorithm_type_or_extension_is_refused() {
        for (header, refused) in [
            (json!({"alg": "none"}), VerifyError::AlgorithmNotAccepted),
            (json!({"alg": "HS512"}), VerifyError::AlgorithmNotAccepted),
            (json!({"alg": "RS256"}), VerifyError::AlgorithmNotAccepted),
            (
                json!({"alg": "HS256", "typ": "at+jwt"}),
                VerifyError::TypeNotAccepted,
            ),
            (
                json!({"alg": "HS256", "crit": []}),
                VerifyError::CriticalExtension,
            ),
            (json!({"typ": "JWT"}), VerifyError::HeaderMalformed),
        ] {
            let token = signed(&header, SECRET);
            assert_eq!(
                verify_with_secret(&token, [SECRET], ANY),
                Err(refused),
                "{header}"
            );
        }
        let token = signed(&json!({"alg": "HS256"}), SECRET);
        let cut = &token[..token.len() - 4];
        assert!(verify_with_secret(cut, [SECRET], ANY).is_err());
        let empty = token.rsplit_once('.').unwrap().0.to_owned() + ".";
        assert!(verify_with_secret(&empty, [SECRET], ANY).is_err());
    }

    #[test]
    fn a3_4_a_public_key_is_no_secret() {
        let key = SigningKey::generate(Algorithm::RS256).unwrap();
        let jwk = serde_json::to_value(key.public_jwk()).unwrap();
        let keys = VerifyingKeys::from_jwks(&json!({"keys": [jwk.clone()]})).unwrap();
        let modulus = URL_SAFE_NO_PAD.decode(jwk["n"].as_str().unwrap()).unwrap();
        for secret in [jwk.to_string().into_bytes(), modulus] {
            let header = json!({"alg": "HS256", "kid": key.kid()});
            let refused = keys.verify(&signed(&header, &secret), ANY);
            assert_eq!(refused, Err(VerifyError::AlgorithmUnsupported));
        }
    }
}
