//! Verifying a signed token.
//!
//! The rule: the *key* says how it verifies, the caller says what it accepts, and the token merely
//! has to agree. A token names its key by `kid`, an opaque string that is looked up in one set and
//! nowhere else. Everything that could let a token choose its own judge is refused (`alg` of `none`
//! or HMAC, `crit`) or ignored (`jwk`, `jku`, `x5c`, `x5u`). RFC 8725 §3.1, §3.5, §3.10.
//!
//! Reading is strict, so that a token has exactly one spelling: three parts, base64url without
//! padding and without stray bits, no header member twice. One liberty remains that no encoding can
//! take away: an ECDSA signature `(r, s)` has a twin `(r, -s)`, so what must be used once is told
//! apart by its `jti`, never by its text.
//!
//! Left out: `exp`, `nbf`, `iat`, `aud`, `iss`. The caller has the clock and knows the audience.
#![doc(alias = "RFC 7515")]
#![doc(alias = "RFC 8725")]

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use symbolon_core::algorithm::Algorithm;

use crate::encryption::EncryptingKeys;
use crate::error::JoseError;
use crate::public_key::{PublicKey, has_private_member};
use crate::signing_key::SigningKey;
use crate::strict_json::{self, StrictJsonError};
use crate::thumbprint::thumbprint;

/// The longest token that is looked at, in bytes: 16 KiB. Ours are below 2 KiB, and a header line
/// of an HTTP request that is longer does not get through most proxies.
pub const LONGEST_TOKEN_BYTES: usize = 16 * 1024;

/// The most keys that a JWK set from outside may have.
pub const MOST_KEYS: usize = 100;

/// Public keys by their `kid`. Cheap to clone.
#[derive(Clone)]
pub struct VerifyingKeys {
    by_kid: Arc<HashMap<String, Vec<Arc<PublicKey>>>>,
}

/// What a caller accepts.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The accepted values of `typ`. Compared without regard to case, and with or without
    /// `application/` in front (RFC 7515 §4.1.9).
    pub typ: &'a [&'a str],
    /// Whether a token without `typ` is accepted too, which only older kinds of token need. It is
    /// the `typ` that keeps one kind of token from being used as another (RFC 8725 §3.11).
    pub typ_may_be_absent: bool,
    /// The accepted algorithms. The key has to be for one of them.
    pub algorithms: &'a [Algorithm],
}

/// A token whose signature is right. Its claims are not checked.
/// `Debug` leaves the payload out, which is about a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified {
    /// The name of the key that signed it.
    pub kid: String,
    /// The algorithm of that key.
    pub algorithm: Algorithm,
    /// The payload, byte for byte.
    pub payload: Vec<u8>,
}

/// Why a token was not accepted. A caller tells its client no more than that the token is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum VerifyError {
    /// The header names another algorithm than the key has.
    #[error("the alg of the token is not the algorithm of its key")]
    AlgorithmMismatch,
    /// The algorithm is one of ours, and this caller does not accept it.
    #[error("the alg of the token is not accepted here")]
    AlgorithmNotAccepted,
    /// `none`, HMAC, or anything else outside of [`Algorithm::ALL`].
    #[error("the alg of the token is not supported")]
    AlgorithmUnsupported,
    /// The header has `crit`; no extension is understood (RFC 7515 §4.1.11).
    #[error("the token has a critical header extension, and none is supported")]
    CriticalExtension,
    /// The header is no JSON object with a string `alg`, or a member has the wrong type.
    #[error("the header of the token is malformed")]
    HeaderMalformed,
    /// The header has a member twice (RFC 7515 §4).
    #[error("the header of the token has a member twice")]
    HeaderMemberRepeated,
    /// No `kid`, and more than one key that could be meant.
    #[error("the token does not name its key by kid")]
    KeyIdMissing,
    /// No key with that `kid`.
    #[error("the key of the token is not known")]
    KeyUnknown,
    /// A part is not base64url without padding, in its canonical form (RFC 7515 §2).
    #[error("the token is not encoded in base64url")]
    NotBase64Url,
    /// Not three parts with two dots between them (RFC 7515 §7.1).
    #[error("the token is not in the compact serialisation")]
    NotCompact,
    /// The key did not make this signature.
    #[error("the signature of the token is wrong")]
    SignatureInvalid,
    /// Longer than [`LONGEST_TOKEN_BYTES`], or than the caller permits.
    #[error("the token is too long")]
    TokenTooLong,
    /// The `typ` is another one than the caller accepts, or absent.
    #[error("the typ of the token is not accepted here")]
    TypeNotAccepted,
}

impl VerifyingKeys {
    /// The keys of a set that is also for encryption, and may be for that alone.
    ///
    /// # Errors
    /// As [`Self::from_jwks`].
    pub fn beside(jwks: &Value, encrypting: &EncryptingKeys) -> Result<Self, JoseError> {
        match Self::from_jwks(jwks) {
            Err(JoseError::JwksWithoutUsableKey { .. }) if !encrypting.is_empty() => Ok(Self {
                by_kid: Arc::default(),
            }),
            read => read,
        }
    }

    /// The public halves of our own keys. Of two keys with the same `kid` the first one counts.
    pub fn from_signing_keys<'a>(keys: impl IntoIterator<Item = &'a SigningKey>) -> Self {
        let mut by_kid = HashMap::new();
        for key in keys {
            by_kid
                .entry(key.kid().to_owned())
                .or_insert_with(|| vec![key.public_key()]);
        }
        Self {
            by_kid: Arc::new(by_kid),
        }
    }

    /// Reads a JWK set (RFC 7517 §5). A key that cannot verify here is passed over, as §5 says:
    /// another `kty`, `use` or `alg`, a required member that is absent, a size out of range, and
    /// also a key with private members. A key without `kid` is known by its thumbprint. An RSA key
    /// without `alg` verifies RS256 and PS256. Of two keys with the same `kid` and algorithm the
    /// first one counts.
    ///
    /// # Errors
    /// [`JoseError::JwksMalformed`] when it is no JWK set or has more than [`MOST_KEYS`] keys;
    /// [`JoseError::JwksWithoutUsableKey`] when it has keys and all of them are passed over.
    pub fn from_jwks(jwks: &Value) -> Result<Self, JoseError> {
        let malformed = |problem| JoseError::JwksMalformed { problem };
        let keys = jwks
            .get("keys")
            .and_then(Value::as_array)
            .ok_or(malformed("it has no array named keys"))?;
        if keys.len() > MOST_KEYS {
            return Err(malformed("it has more than 100 keys"));
        }
        let mut by_kid: HashMap<String, Vec<Arc<PublicKey>>> = HashMap::new();
        let mut first_refusal = None;
        for jwk in keys {
            match read(jwk) {
                Ok((kid, read)) => by_kid
                    .entry(kid)
                    .or_default()
                    .extend(read.into_iter().map(Arc::new)),
                Err(refusal) => first_refusal = first_refusal.or(Some(refusal)),
            }
        }
        match first_refusal {
            Some(refusal) if by_kid.is_empty() => Err(JoseError::JwksWithoutUsableKey {
                keys: keys.len(),
                first: Box::new(refusal),
            }),
            _ => Ok(Self {
                by_kid: Arc::new(by_kid),
            }),
        }
    }

    /// Checks a JWK set that somebody registers, more strictly than [`Self::from_jwks`] reads it:
    /// who registers can correct it. What is passed over there because it is for another use is
    /// passed over here too.
    ///
    /// # Errors
    /// As [`Self::from_jwks`]; and for private or symmetric keys, and a `kid` that stands twice.
    pub fn check_registered(jwks: &Value) -> Result<(), JoseError> {
        let keys = jwks.get("keys").and_then(Value::as_array);
        let mut kids = HashSet::new();
        for jwk in keys.into_iter().flatten() {
            if has_private_member(jwk) {
                return Err(JoseError::rejected(
                    "it has private members: register the public ones alone, and replace the key",
                ));
            }
            // Not for another use, but too weak, or no key at all.
            if let Err(refused @ JoseError::KeyRejected { .. }) = PublicKey::from_jwk(jwk) {
                return Err(refused);
            }
            let kid = jwk.get("kid").and_then(Value::as_str);
            if kid.is_some_and(|kid| !kids.insert(kid)) {
                return Err(JoseError::JwksMalformed {
                    problem: "two of its keys have the same kid",
                });
            }
        }
        let encrypting = EncryptingKeys::from_jwks(jwks);
        let read = Self::beside(jwks, &encrypting)?;
        if read.is_empty() && encrypting.is_empty() {
            return Err(JoseError::JwksMalformed {
                problem: "it has no key",
            });
        }
        Ok(())
    }

    /// How many keys there are, by `kid`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_kid.len()
    }

    /// Whether there is no key at all, in which case nothing verifies.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_kid.is_empty()
    }

    /// Verifies a token in the compact serialisation.
    ///
    /// A token without `kid` is accepted when there is only one key (OIDC Core §10.1). Time,
    /// issuer and audience are for the caller to check.
    ///
    /// # Errors
    /// The first [`VerifyError`] that applies.
    pub fn verify(&self, token: &str, expected: Expected<'_>) -> Result<Verified, VerifyError> {
        self.verify_document(token, LONGEST_TOKEN_BYTES, expected)
    }

    /// As [`VerifyingKeys::verify`], for a signed document of at most `longest` bytes: one that was
    /// asked for, and does not come in a header.
    ///
    /// # Errors
    /// The first [`VerifyError`] that applies.
    pub fn verify_document(
        &self,
        token: &str,
        longest: usize,
        expected: Expected<'_>,
    ) -> Result<Verified, VerifyError> {
        let token = Compact::read(token, longest)?;
        let header = &token.header;
        let algorithm =
            Algorithm::try_from(&*header.alg).map_err(|_| VerifyError::AlgorithmUnsupported)?;
        if !expected.algorithms.contains(&algorithm) {
            return Err(VerifyError::AlgorithmNotAccepted);
        }
        if !expected.accepts_type(header.typ.as_deref()) {
            return Err(VerifyError::TypeNotAccepted);
        }
        let (kid, keys) = self.find(header.kid.as_deref())?;
        // RFC 8725 §3.1: a key is for one algorithm, whatever the token says. Only the first one is
        // tried: a set that repeats a kid a hundred times is not to cost a hundred verifications.
        let key = keys
            .iter()
            .find(|key| key.algorithm() == algorithm)
            .ok_or(VerifyError::AlgorithmMismatch)?;
        if !key.verifies(token.signed.as_bytes(), &decode(token.signature)?) {
            return Err(VerifyError::SignatureInvalid);
        }
        Ok(Verified {
            kid: kid.to_owned(),
            algorithm,
            payload: decode(token.payload)?,
        })
    }

    fn find(&self, kid: Option<&str>) -> Result<(&str, &[Arc<PublicKey>]), VerifyError> {
        let found = match kid {
            Some(kid) => self
                .by_kid
                .get_key_value(kid)
                .ok_or(VerifyError::KeyUnknown)?,
            None => {
                let mut keys = self.by_kid.iter();
                match (keys.next(), keys.next()) {
                    (Some(only), None) => only,
                    (None, _) => return Err(VerifyError::KeyUnknown),
                    (Some(_), Some(_)) => return Err(VerifyError::KeyIdMissing),
                }
            }
        };
        Ok((found.0, found.1))
    }
}

impl fmt::Debug for VerifyingKeys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.by_kid.keys()).finish()
    }
}

impl Verified {
    /// Reads the payload as claims, refusing repeated members at any depth and trailing data.
    ///
    /// # Errors
    /// [`StrictJsonError`] when the payload is not the JSON of a `T`.
    pub fn claims<T: DeserializeOwned>(&self) -> Result<T, StrictJsonError> {
        strict_json::object_from_slice(&self.payload)
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verified")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl Expected<'_> {
    pub(crate) fn accepts_type(&self, typ: Option<&str>) -> bool {
        match typ {
            None => self.typ_may_be_absent,
            Some(typ) => self
                .typ
                .iter()
                .any(|accepted| short_type(accepted).eq_ignore_ascii_case(short_type(typ))),
        }
    }
}

/// A token in its three parts, of which the header is read.
pub(crate) struct Compact<'a> {
    pub(crate) header: Header,
    /// What the signature is of.
    pub(crate) signed: &'a str,
    pub(crate) payload: &'a str,
    pub(crate) signature: &'a str,
}

impl<'a> Compact<'a> {
    /// Takes a token of at most `longest` bytes apart.
    pub(crate) fn read(token: &'a str, longest: usize) -> Result<Self, VerifyError> {
        if token.len() > longest {
            return Err(VerifyError::TokenTooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(VerifyError::NotCompact)?;
        let (header, payload) = signed.split_once('.').ok_or(VerifyError::NotCompact)?;
        if payload.contains('.') {
            return Err(VerifyError::NotCompact);
        }
        let header = Header::read(&decode(header)?)?;
        // RFC 7515 §4.1.11: what is critical has to be understood, and nothing is.
        if header.crit {
            return Err(VerifyError::CriticalExtension);
        }
        Ok(Self {
            header,
            signed,
            payload,
            signature,
        })
    }
}

/// The members of a header that are looked at; the others are skipped.
#[derive(Deserialize)]
pub(crate) struct Header {
    pub(crate) alg: String,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default, deserialize_with = "text")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "text")]
    pub(crate) typ: Option<String>,
}

impl Header {
    fn read(json: &[u8]) -> Result<Self, VerifyError> {
        strict_json::object_from_slice(json).map_err(|error| match error {
            StrictJsonError::Malformed(_) => VerifyError::HeaderMalformed,
            StrictJsonError::MemberRepeated => VerifyError::HeaderMemberRepeated,
        })
    }
}

/// True for whatever value a member has, `null` included.
pub(crate) fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| true)
}

/// A member that may be absent, and is a string when it is there: `null` is neither.
pub(crate) fn text<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}

/// RFC 7515 §4.1.9: `application/` is left out of `typ` when no other slash is there.
fn short_type(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}

pub(crate) fn decode(part: &str) -> Result<Vec<u8>, VerifyError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| VerifyError::NotBase64Url)
}

fn read(jwk: &Value) -> Result<(String, Vec<PublicKey>), JoseError> {
    let keys = PublicKey::from_jwk(jwk)?;
    let kid = match jwk.get("kid").and_then(Value::as_str) {
        Some(kid) => kid.to_owned(),
        None => thumbprint(jwk)?,
    };
    Ok((kid, keys))
}
