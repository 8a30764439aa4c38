//! Proof of possession at the application layer: a token that is bound to a key is good only in the
//! hands of who has the key, and says so with a signature for each request.
//!
//! The checks stand in the order of RFC 9449 §4.3. Those that need the signature (2, 4 to 7) are
//! made by `symbolon-jose` before there is a [`Proof`]; [`check`] makes the others; that a proof is
//! used once (§11.1) is for storage, which is told what to remember.
//!
//! Left out: proofs at the authorization endpoint, which has `dpop_jkt` instead (§10).
#![doc(alias = "RFC 9449")]

pub mod nonce;
#[cfg(test)]
mod tests;

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use url::Url;

use crate::{
    algorithm::Algorithm,
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    time::{Lifetime, Timestamp},
};

use self::nonce::{NonceKeys, NoncePolicy, NonceStanding};

/// The `typ` of a proof (RFC 9449 §4.2).
pub const TYPE: &str = "dpop+jwt";

/// How old a proof may be. A client whose clock is further off needs a server nonce.
pub const LONGEST_AGE: Lifetime = Lifetime::from_seconds(60);

/// How far ahead of ours the clock of a client may be (requirement A3.11).
pub const LONGEST_LEAD: Lifetime = Lifetime::from_seconds(60);

/// How far apart the clocks of two instances may be (requirement A9.5): what one of them remembers
/// must outlast what another one would still accept.
const CLOCKS_APART: Lifetime = Lifetime::from_seconds(60);

/// The longest `jti` and `htu` in bytes.
const LONGEST_TEXT: usize = 2048;

/// The SHA-256 thumbprint of a public key (RFC 7638), which is what tokens are bound to.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Thumbprint([u8; 32]);

/// A text is no thumbprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not 43 characters of base64url: the SHA-256 thumbprint of a key (RFC 7638)")]
pub struct NoThumbprint;

/// A proof whose signature is right.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The key that signed it, from its own header.
    pub key: Thumbprint,
    /// What it signed with.
    pub algorithm: Algorithm,
    /// What it says.
    pub claims: ProofClaims,
}

/// The claims of a proof (RFC 9449 §4.2). Others are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ProofClaims {
    jti: String,
    htm: String,
    htu: String,
    #[serde(deserialize_with = "numeric_date")]
    iat: Timestamp,
    #[serde(default, deserialize_with = "present_text")]
    ath: Option<String>,
    #[serde(default, deserialize_with = "present_text")]
    nonce: Option<String>,
    #[serde(default, deserialize_with = "present_date")]
    exp: Option<Timestamp>,
    #[serde(default, deserialize_with = "present_date")]
    nbf: Option<Timestamp>,
}

/// The request that a proof has to be for.
#[derive(Clone, Copy)]
pub struct Facts<'a> {
    /// Its method.
    pub method: &'a str,
    /// The URL under which the caller knows it: the issuer's, whatever a proxy makes of it.
    pub url: &'a str,
    /// Its other URL, for callers that show a certificate (RFC 8705 §5).
    pub alias: Option<&'a str>,
    /// The access token that it presents, if it does.
    pub access_token: Option<&'a str>,
    /// Whether server nonces are in use.
    pub nonces: NoncePolicy,
    /// What server nonces are made with.
    pub nonce_keys: &'a NonceKeys,
    /// The present moment.
    pub now: Timestamp,
}

/// What is to be remembered of a proof so that it is used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Use {
    /// A digest of its key and its `jti`.
    pub digest: [u8; 32],
    /// Until when: then no instance accepts the proof any more.
    pub until: Timestamp,
}

/// Every way in which a proof is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Signed with an algorithm that is not accepted; `none` and HMAC among them.
    AlgorithmNotAccepted,
    /// Made for another access token, or for none.
    AnotherAccessToken,
    /// Made for another method.
    AnotherMethod,
    /// Made for another URL.
    AnotherUrl,
    /// Past its own `exp`.
    Expired,
    /// No `jwk`, or one that is no public key of an accepted kind.
    KeyUnusable,
    /// Not one compact JWT with all required claims.
    Malformed,
    /// There is none, and there has to be one.
    Missing,
    /// A server nonce is required and there is none.
    NonceMissing,
    /// The nonce is not ours, or too old.
    NonceStale,
    /// Before its own `nbf`.
    NotYetValid,
    /// Used before.
    Replayed,
    /// More than one `DPoP` header.
    Several,
    /// The signature is not that of the key.
    SignatureWrong,
    /// Made too long ago.
    TooOld,
    /// Made in the future.
    TooYoung,
    /// `typ` is not `dpop+jwt`.
    TypeOther,
}

impl Thumbprint {
    /// Reads 43 characters of base64url.
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = (text.len() == 43).then(|| URL_SAFE_NO_PAD.decode(text).ok())??;
        bytes.try_into().ok().map(Self)
    }

    /// The key that an authorization code is to be bound to: `dpop_jkt` (RFC 9449 §10).
    ///
    /// # Errors
    /// [`NoThumbprint`].
    pub fn asked_for(parameters: &Parameters) -> Result<Option<Self>, NoThumbprint> {
        let text = parameters.value("dpop_jkt");
        text.map(|text| Self::from_text(text).ok_or(NoThumbprint))
            .transpose()
    }

    /// 43 characters of base64url, as in `cnf.jkt`.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

/// The one value of the `DPoP` header (§4.3 check 1).
///
/// # Errors
/// [`Refusal::Several`], [`Refusal::Malformed`] when it is not text.
pub fn single<'a>(
    values: impl IntoIterator<Item = Option<&'a str>>,
) -> Result<Option<&'a str>, Refusal> {
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.map(Some).ok_or(Refusal::Malformed),
        (Some(_), Some(_)) => Err(Refusal::Several),
    }
}

/// The checks of RFC 9449 §4.3 that need no signature, from the third on.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn check(proof: &Proof, facts: &Facts<'_>) -> Result<Use, Refusal> {
    let claims = &proof.claims;
    check_lengths(claims)?;
    check_method(claims, facts)?;
    check_url(claims, facts)?;
    check_nonce(claims, facts)?;
    check_time(claims, facts.now)?;
    check_access_token(claims, facts)?;
    Ok(Use {
        digest: name_of(proof),
        until: claims.iat.plus(LONGEST_AGE).plus(CLOCKS_APART),
    })
}

/// Check 3: the claims are there (else there were no [`ProofClaims`]), and within reason.
fn check_lengths(claims: &ProofClaims) -> Result<(), Refusal> {
    let sane = |text: &str| (1..=LONGEST_TEXT).contains(&text.len());
    if sane(&claims.jti) && sane(&claims.htu) {
        Ok(())
    } else {
        Err(Refusal::Malformed)
    }
}

/// Check 8. Methods are case-sensitive (RFC 9110 §9.1).
fn check_method(claims: &ProofClaims, facts: &Facts<'_>) -> Result<(), Refusal> {
    if claims.htm == facts.method {
        Ok(())
    } else {
        Err(Refusal::AnotherMethod)
    }
}

/// Check 9: without query and fragment, and in normal form.
fn check_url(claims: &ProofClaims, facts: &Facts<'_>) -> Result<(), Refusal> {
    let claimed = normal_form(&claims.htu);
    let mut ours = [Some(facts.url), facts.alias].into_iter().flatten();
    if claimed.is_some() && ours.any(|own| normal_form(own) == claimed) {
        Ok(())
    } else {
        Err(Refusal::AnotherUrl)
    }
}

/// Check 10. Where nonces are optional, one that is there has to be good all the same.
fn check_nonce(claims: &ProofClaims, facts: &Facts<'_>) -> Result<(), Refusal> {
    match (facts.nonces, &claims.nonce) {
        (NoncePolicy::Off, _) | (NoncePolicy::Optional, None) => Ok(()),
        (NoncePolicy::Required, None) => Err(Refusal::NonceMissing),
        (NoncePolicy::Optional | NoncePolicy::Required, Some(nonce)) => {
            match facts.nonce_keys.standing(nonce, facts.now) {
                NonceStanding::Good => Ok(()),
                NonceStanding::Stale => Err(Refusal::NonceStale),
            }
        }
    }
}

/// Check 11; and `exp` and `nbf`, which a proof need not have (RFC 7519 §4.1.4, §4.1.5).
fn check_time(claims: &ProofClaims, now: Timestamp) -> Result<(), Refusal> {
    let latest = now.plus(LONGEST_LEAD);
    if claims.iat > latest {
        return Err(Refusal::TooYoung);
    }
    if claims.iat < now.minus(LONGEST_AGE) {
        return Err(Refusal::TooOld);
    }
    if claims.exp.is_some_and(|exp| exp <= now) {
        return Err(Refusal::Expired);
    }
    if claims.nbf.is_some_and(|nbf| nbf > latest) {
        return Err(Refusal::NotYetValid);
    }
    Ok(())
}

/// Check 12, its first half. That the token is bound to this key is for who knows the token.
fn check_access_token(claims: &ProofClaims, facts: &Facts<'_>) -> Result<(), Refusal> {
    let Some(token) = facts.access_token else {
        return Ok(());
    };
    let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(token.as_bytes()));
    let claimed = claims.ath.as_deref().unwrap_or_default();
    if claimed.as_bytes().ct_eq(digest.as_bytes()).into() {
        Ok(())
    } else {
        Err(Refusal::AnotherAccessToken)
    }
}

/// Two keys may have chosen the same `jti`; one key must not use it twice. The text of the proof
/// would not do: an ECDSA signature has a twin.
fn name_of(proof: &Proof) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(b"dpop proof\0");
    digest.update(proof.key.0);
    digest.update(proof.claims.jti.as_bytes());
    digest.finalize().into()
}

/// RFC 3986 §6.2.2, §6.2.3: the case of scheme and host, the default port, the empty path, dot
/// segments and percent-encoding make no difference. `None` for what is no http URL.
fn normal_form(text: &str) -> Option<String> {
    // The parser is that of browsers, which forgive what a URI must not have.
    if text
        .bytes()
        .any(|byte| !(0x21..0x7f).contains(&byte) || byte == b'\\')
    {
        return None;
    }
    let mut url = Url::parse(text).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    Some(normal_escapes(url.as_str()))
}

/// Decodes what need not be encoded, and writes what must be in capitals.
fn normal_escapes(text: &str) -> String {
    let mut parts = text.split('%');
    let mut normal = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let escape = part.split_at_checked(2);
        let byte = escape.and_then(|(digits, _)| u8::from_str_radix(digits, 16).ok());
        match (byte, escape) {
            (Some(byte), Some((_, rest)))
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) =>
            {
                normal.push(char::from(byte));
                normal.push_str(rest);
            }
            (Some(_), Some((digits, rest))) => {
                normal.push('%');
                normal.push_str(&digits.to_ascii_uppercase());
                normal.push_str(rest);
            }
            _ => {
                normal.push('%');
                normal.push_str(part);
            }
        }
    }
    normal
}

impl Refusal {
    /// What the client is told (RFC 9449 §5, §8).
    pub const fn wire(self) -> OAuthError {
        const fn nonce(description: &'static str) -> OAuthError {
            OAuthError::new(ErrorCode::UseDpopNonce, description)
        }
        let description = match self {
            Self::NonceMissing => {
                return nonce(
                    "put the value of the DPoP-Nonce header into the claim nonce of the proof",
                );
            }
            Self::NonceStale => {
                return nonce(
                    "the nonce of the DPoP proof is too old: use that of the DPoP-Nonce header",
                );
            }
            Self::AlgorithmNotAccepted => {
                "the alg of the DPoP proof is not accepted; see dpop_signing_alg_values_supported"
            }
            Self::AnotherAccessToken => {
                "ath is not the base64url SHA-256 of the access token that is presented"
            }
            Self::AnotherMethod => "htm is not the method of this request",
            Self::AnotherUrl => {
                "htu is not the URL of this endpoint as the metadata names it, without query and fragment"
            }
            Self::Expired => "the DPoP proof has expired",
            Self::KeyUnusable => {
                "jwk in the header of the DPoP proof is not a public RSA, P-256 or Ed25519 key that fits alg"
            }
            Self::Malformed => {
                "the DPoP proof is not one compact JWT with jti, htm, htu and iat, each once"
            }
            Self::Missing => "a DPoP proof is required: send it in the DPoP header (RFC 9449)",
            Self::NotYetValid => "the DPoP proof is not valid yet",
            Self::Replayed => "the DPoP proof was used before: make a new one for each request",
            Self::Several => "there is more than one DPoP header; send one proof",
            Self::SignatureWrong => "the DPoP proof is not signed with the key in its jwk",
            Self::TooOld => "iat of the DPoP proof is more than a minute ago; is the clock right?",
            Self::TooYoung => "iat of the DPoP proof is in the future; is the clock right?",
            Self::TypeOther => "typ of the DPoP proof must be dpop+jwt",
        };
        OAuthError::new(ErrorCode::InvalidDpopProof, description)
    }
}

impl fmt::Debug for Thumbprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text())
    }
}

impl Serialize for Thumbprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for Thumbprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_text(&text).ok_or_else(|| D::Error::custom(NoThumbprint))
    }
}

/// A `NumericDate`, which may have a fraction (RFC 7519 §2).
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let whole = number.as_i64().or_else(|| {
        // Beyond 2^53 nobody means a date; the cast saturates.
        number.as_f64().map(|seconds| seconds.floor() as i64)
    });
    whole
        .map(Timestamp::from_seconds)
        .ok_or_else(|| D::Error::custom("no date"))
}

fn present_date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    numeric_date(deserializer).map(Some)
}

/// A member that may be absent, and is a string when it is there.
fn present_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    String::deserialize(deserializer).map(Some)
}
