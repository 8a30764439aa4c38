//! The signature algorithms that Symbolon signs with, and the only ones it ever verifies.
//!
//! The rule: the list is closed and asymmetric. A client chooses one of these four names; nothing
//! that arrives in a token adds to the list. `none` and the HMAC family are not members, so a
//! public key cannot be taken for a shared secret, and an unsigned token cannot be taken for a
//! signed one. RFC 8725 §3.1, §3.2.
//!
//! Left out: RS384, RS512, PS384, PS512, ES384, ES512 and ES256K, which add key sizes to look
//! after and no client that needs them; and `Ed25519`, the fully specified name of RFC 9864,
//! which the common client libraries do not know yet.
#![doc(alias = "RFC 7518")]
#![doc(alias = "RFC 8037")]

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

/// A JOSE signature algorithm, written and read as its registered name.
///
/// The name is case-sensitive (RFC 7515 §4.1.1): `rs256` is not `RS256`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3): the one that every relying party has
    /// (OIDC Core §15.1), and by far the slowest to sign with.
    RS256,
    /// RSASSA-PSS with SHA-256, salt as long as the digest (RFC 7518 §3.5).
    PS256,
    /// ECDSA on P-256 with SHA-256, the signature as `r || s` (RFC 7518 §3.4).
    ES256,
    /// Ed25519 (RFC 8037 §3.1).
    EdDSA,
}

impl Algorithm {
    /// Every algorithm, in the order in which metadata documents list them.
    pub const ALL: [Self; 4] = [Self::RS256, Self::PS256, Self::ES256, Self::EdDSA];

    /// The registered name, as it stands in a JOSE header, a JWK and the metadata.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::EdDSA => "EdDSA",
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str() == name)
            .ok_or_else(|| UnknownAlgorithm::named(name))
    }
}

impl TryFrom<&str> for Algorithm {
    type Error = UnknownAlgorithm;

    fn try_from(name: &str) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl TryFrom<String> for Algorithm {
    type Error = UnknownAlgorithm;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

impl Serialize for Algorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// A name that is not one of [`Algorithm::ALL`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is not a signature algorithm of Symbolon: {hint}")]
pub struct UnknownAlgorithm {
    name: String,
    hint: String,
}

impl UnknownAlgorithm {
    fn named(name: &str) -> Self {
        // The name may come from outside: what is kept of it is short and printed escaped.
        let kept: String = name.chars().take(32).collect();
        let almost = Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(name));
        let hint = match almost {
            Some(algorithm) => format!("the name is case-sensitive, write {algorithm}"),
            None => "write RS256, PS256, ES256 or EdDSA".to_owned(),
        };
        Self { name: kept, hint }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn every_algorithm_reads_and_writes_its_registered_name() {
        for (algorithm, name) in Algorithm::ALL
            .into_iter()
            .zip(["RS256", "PS256", "ES256", "EdDSA"])
        {
            assert_eq!(algorithm.as_str(), name);
            assert_eq!(algorithm.to_string(), name);
            assert_eq!(name.parse::<Algorithm>().unwrap(), algorithm);
            let json = serde_json::to_string(&algorithm).unwrap();
            assert_eq!(json, format!("{name:?}"));
            assert_eq!(serde_json::from_str::<Algorithm>(&json).unwrap(), algorithm);
        }
    }

    #[test]
    fn none_hmac_and_unknown_names_are_refused() {
        for name in [
            "", "none", "None", "HS256", "HS512", "ES384", "Ed25519", "RS256 ",
        ] {
            let refused = name.parse::<Algorithm>().unwrap_err();
            assert!(
                refused
                    .to_string()
                    .ends_with("RS256, PS256, ES256 or EdDSA"),
                "{refused}"
            );
        }
        assert!(serde_json::from_str::<Algorithm>("{\"RS256\":null}").is_err());
    }

    #[test]
    fn a_name_in_the_wrong_case_is_refused_with_the_right_one() {
        assert_eq!(
            "eddsa".parse::<Algorithm>().unwrap_err().to_string(),
            "\"eddsa\" is not a signature algorithm of Symbolon: \
             the name is case-sensitive, write EdDSA"
        );
    }

    #[test]
    fn a_hostile_name_comes_back_short_and_escaped() {
        let refused = format!("\u{1b}[31m{}", "A".repeat(10_000))
            .parse::<Algorithm>()
            .unwrap_err()
            .to_string();
        assert!(refused.len() < 160, "{refused}");
        assert!(!refused.contains('\u{1b}'));
    }
}
