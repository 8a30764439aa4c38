//! What a token is bound to (RFC 7800 §3.1): a key that its holder proves to have, or a certificate
//! that it shows in the TLS handshake. One of them: whoever checks has one thing to ask.
#![doc(alias = "RFC 8705 §3")]

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};

use crate::{
    client::Client,
    dpop::{self, Thumbprint},
    error::{ErrorCode, OAuthError},
};

/// The `cnf` claim. It is read strictly: a member that is not known is another way to be bound, and
/// to pass over it would set the token free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Members", into = "Members")]
pub enum Confirmation {
    /// To nothing: whoever bears it may use it.
    #[default]
    Nothing,
    /// To the key of DPoP proofs (RFC 9449 §6.1).
    Key(Thumbprint),
    /// To a certificate (RFC 8705 §3.1).
    Certificate(CertificateThumbprint),
}

/// The SHA-256 of a certificate in DER (RFC 8705 §3.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CertificateThumbprint([u8; 32]);

/// What a request shows of its sender.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The key that it has proved to have, by DPoP.
    pub key: Option<Thumbprint>,
    /// The certificate that it has shown.
    pub certificate: Option<CertificateThumbprint>,
}

/// Why nothing is issued to who asks: it cannot be bound as it has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The client's tokens are bound to its certificate, and none is shown.
    CertificateMissing,
    /// The client's tokens are bound to its certificate, and it proves a key.
    KeyUnexpected,
    /// The proof of the key is none, or is missing.
    Proof(dpop::Refusal),
}

/// Why who presents what is bound is not the one it is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unconfirmed {
    /// Bound to a certificate, and none is shown.
    CertificateMissing,
    /// Bound to another certificate.
    CertificateOther,
    /// Bound to a key, and none is proved.
    KeyMissing,
    /// Bound to another key.
    KeyOther,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    jkt: Option<Thumbprint>,
    #[serde(rename = "x5t#S256", skip_serializing_if = "Option::is_none", default)]
    certificate: Option<CertificateThumbprint>,
}

impl Confirmation {
    /// What the tokens of a client are bound to that shows this when it asks for them. Its
    /// registration says which it is; a key that is proved by who need not counts as well
    /// (RFC 9449 §5).
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn of(client: &Client, shown: Shown) -> Result<Self, Refusal> {
        if client.binds_to_certificate() {
            return match (shown.key, shown.certificate) {
                (Some(_), _) => Err(Refusal::KeyUnexpected),
                (None, Some(certificate)) => Ok(Self::Certificate(certificate)),
                (None, None) => Err(Refusal::CertificateMissing),
            };
        }
        match shown.key {
            Some(key) => Ok(Self::Key(key)),
            None if client.binds_to_key() => Err(Refusal::Proof(dpop::Refusal::Missing)),
            None => Ok(Self::Nothing),
        }
    }

    /// Whether the token is bound to nothing.
    pub fn is_none(&self) -> bool {
        *self == Self::Nothing
    }

    /// The key, if it is one.
    pub const fn key(self) -> Option<Thumbprint> {
        match self {
            Self::Key(key) => Some(key),
            Self::Certificate(_) | Self::Nothing => None,
        }
    }

    /// The certificate, if it is one.
    pub const fn certificate(self) -> Option<CertificateThumbprint> {
        match self {
            Self::Certificate(certificate) => Some(certificate),
            Self::Key(_) | Self::Nothing => None,
        }
    }

    /// Whether who shows this is the one it is bound to.
    ///
    /// # Errors
    /// [`Unconfirmed`].
    pub fn check(self, shown: Shown) -> Result<(), Unconfirmed> {
        match (self, shown) {
            (Self::Nothing, _) => Ok(()),
            (Self::Key(bound), Shown { key, .. }) => match key {
                Some(key) if key == bound => Ok(()),
                Some(_) => Err(Unconfirmed::KeyOther),
                None => Err(Unconfirmed::KeyMissing),
            },
            (Self::Certificate(bound), Shown { certificate, .. }) => match certificate {
                Some(certificate) if certificate == bound => Ok(()),
                Some(_) => Err(Unconfirmed::CertificateOther),
                None => Err(Unconfirmed::CertificateMissing),
            },
        }
    }

    /// `token_type` of the token response and of introspection (RFC 6749 §7.1, RFC 9449 §5; a
    /// certificate makes no type of its own, RFC 8705 §3).
    pub const fn token_type(&self) -> &'static str {
        match self {
            Self::Key(_) => "DPoP",
            Self::Certificate(_) | Self::Nothing => "Bearer",
        }
    }
}

impl From<Confirmation> for Shown {
    /// As what is issued for it is bound to it, it was shown.
    fn from(confirmation: Confirmation) -> Self {
        Self {
            key: confirmation.key(),
            certificate: confirmation.certificate(),
        }
    }
}

impl CertificateThumbprint {
    /// That of a certificate in DER.
    pub fn of(der: &[u8]) -> Self {
        Self(Sha256::digest(der).into())
    }

    /// Reads 43 characters of base64url.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = (text.len() == 43).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        bytes.try_into().ok().map(Self)
    }

    /// 43 characters of base64url, as in `cnf`.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl Refusal {
    /// What the client is told.
    pub const fn wire(self) -> OAuthError {
        match self {
            Self::Proof(refusal) => refusal.wire(),
            // RFC 8705 §3.4 leaves it to the server whether that is an error; a free token would be
            // the worse surprise.
            Self::CertificateMissing => OAuthError::new(
                ErrorCode::InvalidRequest,
                "the tokens of this client are bound to its certificate: show one in the TLS handshake (RFC 8705 3)",
            ),
            Self::KeyUnexpected => OAuthError::new(
                ErrorCode::InvalidRequest,
                "the tokens of this client are bound to its certificate: leave out the DPoP proof",
            ),
        }
    }
}

impl TryFrom<Members> for Confirmation {
    type Error = &'static str;

    fn try_from(members: Members) -> Result<Self, Self::Error> {
        match (members.jkt, members.certificate) {
            (None, None) => Ok(Self::Nothing),
            (Some(key), None) => Ok(Self::Key(key)),
            (None, Some(certificate)) => Ok(Self::Certificate(certificate)),
            (Some(_), Some(_)) => Err("cnf names a key and a certificate"),
        }
    }
}

impl From<Confirmation> for Members {
    fn from(confirmation: Confirmation) -> Self {
        Self {
            jkt: confirmation.key(),
            certificate: confirmation.certificate(),
        }
    }
}

impl fmt::Debug for CertificateThumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text())
    }
}

impl Serialize for CertificateThumbprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for CertificateThumbprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_text(&text).ok_or_else(|| D::Error::custom("no thumbprint of a certificate"))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    const KEY: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

    #[test]
    fn a_confirmation_is_read_as_it_is_written_and_no_other_member_is_passed_over() {
        let key = Confirmation::Key(Thumbprint::from_text(KEY).unwrap());
        let certificate = Confirmation::Certificate(CertificateThumbprint::of(b"der"));
        for (confirmation, written) in [
            (key, json!({"jkt": KEY})),
            (
                certificate,
                json!({"x5t#S256": CertificateThumbprint::of(b"der").to_text()}),
            ),
            (Confirmation::Nothing, json!({})),
        ] {
            assert_eq!(serde_json::to_value(confirmation).unwrap(), written);
            let read: Confirmation = serde_json::from_value(written).unwrap();
            assert_eq!(read, confirmation);
        }
        for wrong in [
            json!({"jkt": KEY, "x5t#S256": KEY}),
            json!({"kid": "1"}),
            json!({"jkt": KEY, "jwk": {}}),
            json!({"x5t#S256": "short"}),
        ] {
            assert!(
                serde_json::from_value::<Confirmation>(wrong.clone()).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_is_bound_is_good_with_that_one_thing_alone() {
        let key = |letter: &str| Thumbprint::from_text(&format!("{}A", letter.repeat(42)));
        let certificate = |der: &str| Some(CertificateThumbprint::of(der.as_bytes()));
        let nothing = Shown::default();
        let with_key = Shown {
            key: key("A"),
            ..nothing
        };
        let with_certificate = Shown {
            certificate: certificate("a"),
            ..nothing
        };
        let to_key = Confirmation::Key(key("A").unwrap());
        let to_certificate = Confirmation::Certificate(certificate("a").unwrap());
        assert_eq!(Confirmation::Nothing.check(nothing), Ok(()));
        assert_eq!(to_key.check(with_key), Ok(()));
        assert_eq!(to_certificate.check(with_certificate), Ok(()));
        assert_eq!(to_key.check(with_certificate), Err(Unconfirmed::KeyMissing));
        assert_eq!(
            to_certificate.check(with_key),
            Err(Unconfirmed::CertificateMissing)
        );
        let other = Shown {
            key: key("B"),
            certificate: certificate("b"),
        };
        assert_eq!(to_key.check(other), Err(Unconfirmed::KeyOther));
        assert_eq!(
            to_certificate.check(other),
            Err(Unconfirmed::CertificateOther)
        );
    }
}
