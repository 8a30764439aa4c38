//! Proof Key for Code Exchange. S256 only: `plain` proves nothing to whoever reads the request.
#![doc(alias = "RFC 7636")]

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::entropy::Entropy;

/// The `code_challenge` of an authorization request: base64url of a SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Challenge([u8; 32]);

/// The `code_verifier` of a token request. Does not print.
pub struct Verifier(Zeroizing<String>);

/// Why a challenge or a verifier is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PkceError {
    /// RFC 7636 §4.2: not 43 characters of unpadded base64url.
    ChallengeFormat,
    /// A `code_challenge_method` other than S256.
    Method,
    /// RFC 7636 §4.1: not 43 to 128 unreserved characters.
    VerifierFormat,
}

impl Challenge {
    /// Reads `code_challenge` and `code_challenge_method`.
    ///
    /// RFC 7636 §4.3 lets an absent method mean `plain`. Here it means S256: `plain` is refused
    /// (RFC 9700 §2.1.1), so nothing else could be meant. A deliberate, documented deviation.
    ///
    /// # Errors
    /// [`PkceError::Method`], [`PkceError::ChallengeFormat`].
    pub fn parse(challenge: &str, method: Option<&str>) -> Result<Self, PkceError> {
        if !matches!(method, None | Some("S256")) {
            return Err(PkceError::Method);
        }
        Self::from_text(challenge).ok_or(PkceError::ChallengeFormat)
    }

    /// The challenge from its text, as it is stored.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = (text.len() == 43).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        bytes.try_into().ok().map(Self)
    }

    /// The text to store.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// One that nobody has the verifier of: for what no code comes of.
    pub fn unanswerable(entropy: &dyn Entropy) -> Self {
        let mut digest = [0; 32];
        entropy.fill(&mut digest);
        Self(digest)
    }

    /// Whether the verifier belongs to this challenge (RFC 7636 §4.6), in constant time.
    pub fn accepts(&self, verifier: &Verifier) -> bool {
        let digest: [u8; 32] = Sha256::digest(verifier.0.as_bytes()).into();
        digest.ct_eq(&self.0).into()
    }
}

impl Verifier {
    /// Reads `code_verifier`.
    ///
    /// # Errors
    /// [`PkceError::VerifierFormat`].
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if (43..=128).contains(&text.len()) && text.bytes().all(unreserved) {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(PkceError::VerifierFormat)
        }
    }

    /// The challenge that this verifier answers (RFC 7636 §4.2).
    pub fn challenge(&self) -> Challenge {
        Challenge(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text())
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Verifier(…)")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_appendix_b_is_accepted() {
        let challenge = Challenge::parse(CHALLENGE, Some("S256")).unwrap();
        assert!(challenge.accepts(&Verifier::parse(VERIFIER).unwrap()));
    }

    #[test]
    fn an_absent_method_means_s256_and_never_plain() {
        let challenge = Challenge::parse(CHALLENGE, None).unwrap();
        assert!(challenge.accepts(&Verifier::parse(VERIFIER).unwrap()));
        assert!(!challenge.accepts(&Verifier::parse(CHALLENGE).unwrap()));
    }

    #[test]
    fn a2_4_plain_and_unknown_methods_are_refused() {
        for method in ["plain", "s256", "S512"] {
            assert_eq!(
                Challenge::parse(CHALLENGE, Some(method)),
                Err(PkceError::Method)
            );
        }
    }

    #[test]
    fn a2_4_a_verifier_has_43_to_128_unreserved_characters() {
        for bad in [
            "a".repeat(42),
            "a".repeat(129),
            format!("{}+", "a".repeat(43)),
        ] {
            assert_eq!(
                Verifier::parse(&bad).unwrap_err(),
                PkceError::VerifierFormat
            );
        }
        assert!(Verifier::parse(&"~".repeat(128)).is_ok());
    }
}
