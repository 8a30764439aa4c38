//! Reading a token that nobody signed, where the caller knows beforehand that it wants one.
//!
//! There is exactly one use: the request object of a client that is registered for `none`
//! (OIDC Core §6.1). It proves nothing, and its claims are worth as much as the parameters of the
//! request that it came in. The rule: a token is either read here or verified, never one after the
//! other; what has any other `alg`, or a signature, is refused (RFC 7518 §3.6, RFC 8725 §3.2).
#![doc(alias = "RFC 7519 §6")]

use crate::verify::{Compact, Expected, LONGEST_TOKEN_BYTES, VerifyError, decode};

/// The payload of an unsecured token. Of `expected` only the type counts.
///
/// # Errors
/// [`VerifyError::AlgorithmNotAccepted`] when it has an algorithm,
/// [`VerifyError::SignatureInvalid`] when it has a signature all the same.
pub fn read(token: &str, expected: Expected<'_>) -> Result<Vec<u8>, VerifyError> {
    let token = Compact::read(token, LONGEST_TOKEN_BYTES)?;
    // RFC 7515 §4.1.1: the name is case-sensitive.
    if token.header.alg != "none" {
        return Err(VerifyError::AlgorithmNotAccepted);
    }
    if !token.signature.is_empty() {
        return Err(VerifyError::SignatureInvalid);
    }
    if !expected.accepts_type(token.header.typ.as_deref()) {
        return Err(VerifyError::TypeNotAccepted);
    }
    decode(token.payload)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;
    use crate::{Algorithm, SigningKey};

    const EXPECTED: Expected<'_> = Expected {
        typ: &["JWT"],
        typ_may_be_absent: true,
        algorithms: &[],
    };

    fn token(header: &str, signature: &str) -> String {
        let [header, payload] = [header, "{}"].map(|part| URL_SAFE_NO_PAD.encode(part));
        format!("{header}.{payload}.{signature}")
    }

    #[test]
    fn an_unsecured_token_gives_its_payload() {
        for header in [r#"{"alg":"none"}"#, r#"{"alg":"none","typ":"jwt"}"#] {
            assert_eq!(read(&token(header, ""), EXPECTED), Ok(b"{}".to_vec()));
        }
    }

    #[test]
    fn what_is_signed_or_pretends_to_be_is_not_read_here() {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let signed = key.sign("JWT", &serde_json::json!({})).unwrap();
        let cut = signed.rsplit_once('.').unwrap().0.to_owned() + ".";
        for (token, refusal) in [
            (signed, VerifyError::AlgorithmNotAccepted),
            (cut, VerifyError::AlgorithmNotAccepted),
            (
                token(r#"{"alg":"None"}"#, ""),
                VerifyError::AlgorithmNotAccepted,
            ),
            (
                token(r#"{"alg":"none"}"#, "AAAA"),
                VerifyError::SignatureInvalid,
            ),
            (
                token(r#"{"alg":"none","typ":"at+jwt"}"#, ""),
                VerifyError::TypeNotAccepted,
            ),
            (
                token(r#"{"alg":"none","crit":["x"]}"#, ""),
                VerifyError::CriticalExtension,
            ),
            (
                token(r#"{"alg":"none","alg":"none"}"#, ""),
                VerifyError::HeaderMemberRepeated,
            ),
        ] {
            assert_eq!(read(&token, EXPECTED), Err(refusal), "{token}");
        }
    }
}
