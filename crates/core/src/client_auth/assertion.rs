//! Assertions: JWTs by which somebody proves who they are. A client signs one with its own key
//! ([`super::private_key_jwt`]) or with its secret ([`super::client_secret_jwt`]); a machine user
//! signs one with a key of its own (the JWT bearer grant).
//!
//! The rule, beyond the signature: issuer and subject are whoever signs; the audience is this server
//! alone; it expires, and soon; and its name (`jti`) was not used before, at any instance.
//!
//! The audience is the issuer identifier, which is what the update of RFC 7523 asks for; or the
//! address of an endpoint that authenticates clients, which is what OIDC Core §9 asks for. Either as
//! a string, or as the only one of an array: an assertion that names anybody else beside us could
//! have been made for them, and be presented here by them. A profile may leave nothing but the issuer,
//! as a string.
//!
//! Left out: `iat` as a measure of age. `exp` bounds what a thief may do, and `iat` is optional.
#![doc(alias = "RFC 7521")]
#![doc(alias = "RFC 7523")]
#![doc(alias = "draft-ietf-oauth-rfc7523bis")]

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Refusal;
use crate::{
    algorithm::Algorithm,
    client::{AuthenticationMethod, Client},
    id::Id,
    single_use::SingleUse,
    time::{Lifetime, Timestamp},
};

/// The only `client_assertion_type` (RFC 7523 §2.2).
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The accepted values of `typ`. It may also be absent: older libraries do not set it.
pub const HEADER_TYPES: [&str; 2] = ["client-authentication+jwt", "JWT"];

/// By how much the clocks of client and server may differ. FAPI 2.0 §5.3.2.1 wants ten seconds
/// accepted and more than sixty refused.
pub const SKEW: Lifetime = Lifetime::from_seconds(30);

/// The longest assertion that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// The longest `jti`, in bytes.
const LONGEST_NAME: usize = 1024;

/// An assertion as it was presented. Nothing in it is proven.
pub struct Assertion {
    pub(super) token: String,
}

/// What an assertion says whose signature is right.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    #[serde(deserialize_with = "instant")]
    exp: Timestamp,
    #[serde(default, deserialize_with = "optional_instant")]
    iat: Option<Timestamp>,
    #[serde(default, deserialize_with = "optional_instant")]
    nbf: Option<Timestamp>,
    #[serde(default)]
    jti: Option<String>,
}

/// What this server asks of every assertion.
#[derive(Clone, Debug)]
pub struct Rules {
    /// The issuer.
    pub issuer: String,
    /// The issuer, and the endpoints that authenticate clients.
    pub audiences: Vec<String>,
    /// How far ahead `exp` may be.
    pub longest_lifetime: Lifetime,
}

/// What an assertion may be signed with (RFC 7591 §2 `token_endpoint_auth_signing_alg`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum SigningAlgorithm {
    /// HMAC with SHA-256 under a client secret (RFC 7518 §3.2).
    Hs256,
    /// A signature with a private key.
    Signature(Algorithm),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Assertion {
    /// Takes an assertion, and reads what it claims: by which method it is signed, and for which
    /// client. That only chooses the keys by which it is then verified.
    pub(super) fn parse(
        token: &str,
        client_id: Option<&str>,
    ) -> Result<(Self, Id<Client>, AuthenticationMethod), Refusal> {
        #[derive(Deserialize)]
        struct Header {
            alg: String,
        }
        #[derive(Deserialize)]
        struct Payload {
            sub: String,
        }
        let [header, payload] = parts(token)?;
        let header: Header = part(header)?;
        let payload: Payload = part(payload)?;
        let client = Id::parse(&payload.sub).map_err(|_| Refusal::AssertionMalformed)?;
        // RFC 7521 §4.2: client_id is not needed, and names the same client if it is there.
        if client_id.is_some_and(|other| other != client.as_str()) {
            return Err(Refusal::AssertionSubject);
        }
        let method = match header.alg.parse() {
            Ok(SigningAlgorithm::Hs256) => AuthenticationMethod::ClientSecretJwt,
            Ok(SigningAlgorithm::Signature(_)) => AuthenticationMethod::PrivateKeyJwt,
            Err(_) => return Err(Refusal::AssertionAlgorithm),
        };
        let token = token.to_owned();
        Ok((Self { token }, client, method))
    }

    /// The token in its compact form.
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl Claims {
    /// Whether it is good now, for this client, at this server; its name, which is still to be
    /// used up.
    pub(super) fn check(
        &self,
        client: &Client,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<SingleUse, Refusal> {
        let used_up = self.check_signed_by(client.id.as_str(), "client assertion", rules, now)?;
        // FAPI 2.0 §5.3.2.1: the issuer, as a string.
        let for_issuer = matches!(&self.aud, Audience::One(one) if *one == rules.issuer);
        if client.demands().issuer_as_audience && !for_issuer {
            return Err(Refusal::AssertionAudienceOther);
        }
        // OIDC Core §9: here it has to have a name.
        used_up.ok_or(Refusal::AssertionMalformed)
    }

    /// Whether it is good now, at this server, as an assertion of `signer` about itself; its name,
    /// if it has one, which is still to be used up for this purpose.
    pub(crate) fn check_signed_by(
        &self,
        signer: &str,
        purpose: &str,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<Option<SingleUse>, Refusal> {
        // RFC 7523 §3, 1 to 2; OIDC Core §9.
        if self.iss != signer || self.sub != signer {
            return Err(Refusal::AssertionSubject);
        }
        let audience = match &self.aud {
            Audience::One(one) => one,
            Audience::Several(several) => match several.as_slice() {
                [one] => one,
                _ => return Err(Refusal::AssertionAudience),
            },
        };
        if !rules.audiences.contains(audience) {
            return Err(Refusal::AssertionAudience);
        }
        if self.exp.plus(SKEW) <= now {
            return Err(Refusal::AssertionExpired);
        }
        if self.exp > now.plus(rules.longest_lifetime).plus(SKEW) {
            return Err(Refusal::AssertionTooLong);
        }
        let ahead = now.plus(SKEW);
        if [self.iat, self.nbf]
            .into_iter()
            .flatten()
            .any(|at| at > ahead)
        {
            return Err(Refusal::AssertionNotYet);
        }
        let Some(name) = &self.jti else {
            return Ok(None);
        };
        if name.is_empty() || name.len() > LONGEST_NAME {
            return Err(Refusal::AssertionMalformed);
        }
        let until = self.exp.plus(SKEW);
        Ok(Some(SingleUse::new(purpose, signer, name, until)))
    }
}

impl SigningAlgorithm {
    /// Every algorithm, in the order in which they are advertised.
    pub const ALL: [Self; 5] = [
        Self::Signature(Algorithm::RS256),
        Self::Signature(Algorithm::PS256),
        Self::Signature(Algorithm::ES256),
        Self::Signature(Algorithm::EdDSA),
        Self::Hs256,
    ];

    /// The registered name (RFC 7518 §3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Signature(algorithm) => algorithm.as_str(),
        }
    }

    /// The method that it belongs to.
    pub const fn method(self) -> AuthenticationMethod {
        match self {
            Self::Hs256 => AuthenticationMethod::ClientSecretJwt,
            Self::Signature(_) => AuthenticationMethod::PrivateKeyJwt,
        }
    }
}

impl FromStr for SigningAlgorithm {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "HS256" => Ok(Self::Hs256),
            _ => Algorithm::try_from(name)
                .map(Self::Signature)
                .map_err(|error| format!("{error}, or HS256 for client_secret_jwt")),
        }
    }
}

impl TryFrom<String> for SigningAlgorithm {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        name.parse()
    }
}

impl Serialize for SigningAlgorithm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Assertion(…)")
    }
}

/// Whom a token names as its issuer (RFC 7523 §3, 1). That only chooses the keys by which it is then
/// verified.
pub(crate) fn issuer<K>(token: &str) -> Result<Id<K>, Refusal> {
    #[derive(Deserialize)]
    struct Payload {
        iss: String,
    }
    let [_, payload] = parts(token)?;
    let payload: Payload = part(payload)?;
    Id::parse(&payload.iss).map_err(|_| Refusal::AssertionMalformed)
}

/// The header and the payload of a token that is not too long, both encoded.
fn parts(token: &str) -> Result<[&str; 2], Refusal> {
    let mut parts = token.split('.');
    match (parts.next(), parts.next()) {
        (Some(header), Some(payload)) if token.len() <= LONGEST => Ok([header, payload]),
        _ => Err(Refusal::AssertionMalformed),
    }
}

fn part<T: for<'de> Deserialize<'de>>(encoded: &str) -> Result<T, Refusal> {
    let decoded = URL_SAFE_NO_PAD.decode(encoded);
    let decoded = decoded.map_err(|_| Refusal::AssertionMalformed)?;
    serde_json::from_slice(&decoded).map_err(|_| Refusal::AssertionMalformed)
}

/// A `NumericDate`, which may have a fraction (RFC 7519 §2).
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let number = serde_json::Number::deserialize(deserializer)?;
    let seconds = number.as_i64().or_else(|| {
        // Far within what both types hold exactly: 2^53 seconds are 285 million years.
        let float = number.as_f64().filter(|at| at.abs() < 9e15)?;
        format!("{:.0}", float.floor()).parse().ok()
    });
    let seconds = seconds.ok_or_else(|| serde::de::Error::custom("no NumericDate"))?;
    Ok(Timestamp::from_seconds(seconds))
}

/// A member that may be absent; `null` is no `NumericDate`.
fn optional_instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Timestamp>, D::Error> {
    instant(deserializer).map(Some)
}
