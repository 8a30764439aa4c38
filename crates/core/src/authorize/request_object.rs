//! Request objects: the parameters of an authorization request as the claims of a token that the
//! client signed.
//!
//! What stands in the object is the request; what stands outside is not looked at, but that
//! `client_id` and `response_type` must not contradict it (RFC 9101 §6.3, OIDC Core §6.1;
//! requirement A3.7). A client that is registered to sign each of its requests is held to the times
//! of FAPI 2.0 Message Signing §5.3.1 too: `aud`, `exp` and `nbf` are there, and an hour is the most.
//!
//! Left out: objects under a MAC (HS256), which the server could have made itself, so that they prove
//! nothing about who asked; a secret is kept for `client_secret_jwt` and for nothing else. And `jti`:
//! an object may come twice, as the parameters that it carries may.
#![doc(alias = "RFC 9101")]

use serde_json::{Map, Value};

use super::source::Refusal;
use crate::{
    algorithm::Algorithm,
    client::Client,
    parameters::{MOST, Parameters},
    settings::RequestSettings,
    time::{Lifetime, Timestamp},
};
use serde::{Deserialize, Serialize};

/// The accepted `typ`: the one of RFC 9101 §10.8, and the one that OIDC Core §6.1 shows. It may be
/// absent; [`Refusal::ObjectSubject`] then keeps client assertions out.
pub const TYPES: [&str; 2] = ["oauth-authz-req+jwt", "JWT"];

/// How far a client's clock may be ahead (requirement A3.11).
pub(crate) const CLOCK_SKEW: Lifetime = Lifetime::from_seconds(10);

/// How far ahead an object may say that it was made.
const FURTHEST_AHEAD: Lifetime = Lifetime::from_seconds(60);

/// The longest life of an object, and its greatest age (FAPI 2.0 Message Signing §5.3.1).
const AN_HOUR: Lifetime = Lifetime::from_hours(1);

/// The claims of RFC 7519 §4.1: they are about the object, and no parameters.
const OWN: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// How a client signs its request objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    from = "RequestObjectAlgorithmForm",
    into = "RequestObjectAlgorithmForm"
)]
pub enum RequestObjectAlgorithm {
    /// With this algorithm.
    Signed(Algorithm),
    /// Not at all.
    Unsigned,
}

#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "request objects are signed with RS256, PS256, ES256 or EdDSA, or not at all: none"
)]
enum RequestObjectAlgorithmForm {
    Signed(Algorithm),
    Unsigned(Unsigned),
}

#[derive(Serialize, Deserialize)]
enum Unsigned {
    #[serde(rename = "none")]
    None,
}

impl From<RequestObjectAlgorithmForm> for RequestObjectAlgorithm {
    fn from(form: RequestObjectAlgorithmForm) -> Self {
        match form {
            RequestObjectAlgorithmForm::Signed(algorithm) => Self::Signed(algorithm),
            RequestObjectAlgorithmForm::Unsigned(Unsigned::None) => Self::Unsigned,
        }
    }
}

impl From<RequestObjectAlgorithm> for RequestObjectAlgorithmForm {
    fn from(algorithm: RequestObjectAlgorithm) -> Self {
        match algorithm {
            RequestObjectAlgorithm::Signed(algorithm) => Self::Signed(algorithm),
            RequestObjectAlgorithm::Unsigned => Self::Unsigned(Unsigned::None),
        }
    }
}

/// How an object of a client has to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// With one of the client's keys and one of these algorithms.
    Required(&'static [Algorithm]),
    /// Not at all: `none` (OIDC Core §6.1).
    Absent,
}

/// How the objects of a client have to be signed: the registration says so, never the object
/// (requirement A3.4).
///
/// # Errors
/// [`Refusal::ObjectNotSupported`] when the client registered nothing to check them with.
pub fn signature(client: &Client, settings: &RequestSettings) -> Result<Signature, Refusal> {
    let metadata = &client.metadata;
    match metadata.request_object_signing_alg {
        Some(RequestObjectAlgorithm::Unsigned) if !settings.unsigned_objects => {
            Err(Refusal::ObjectNotSupported)
        }
        Some(RequestObjectAlgorithm::Unsigned)
            if client.signs_requests() || client.demands().own_signatures =>
        {
            Err(Refusal::ObjectRequired)
        }
        Some(RequestObjectAlgorithm::Unsigned) => Ok(Signature::Absent),
        Some(RequestObjectAlgorithm::Signed(algorithm)) => Ok(Signature::Required(
            client.accepted_algorithms(Some(algorithm)),
        )),
        None if metadata.has_keys() => Ok(Signature::Required(client.accepted_algorithms(None))),
        None => Err(Refusal::ObjectNotSupported),
    }
}

/// The accepted `typ` of the objects of a client, and whether there may be none. Where a profile has
/// them signed they are typed (FAPI 2.0 Message Signing §5.3; RFC 8725 §3.11).
pub fn types(client: &Client) -> (&'static [&'static str], bool) {
    if client.demands().signed_requests {
        (&TYPES[..1], false)
    } else {
        (&TYPES, true)
    }
}

/// The parameters that an object carries, whose signature was checked. `outside` are those beside
/// it.
///
/// # Errors
/// [`Refusal`].
pub fn read(
    client: &Client,
    outside: &Parameters,
    claims: Map<String, Value>,
    issuer: &str,
    now: Timestamp,
) -> Result<Parameters, Refusal> {
    check_parties(client, &claims, issuer)?;
    check_times(client, &claims, now)?;
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(Refusal::ObjectNested);
    }
    let parameters = parameters(claims)?;
    match (
        outside.value("response_type"),
        parameters.value("response_type"),
    ) {
        (Some(outer), Some(inner)) if outer != inner => Err(Refusal::ObjectResponseType),
        _ => Ok(parameters),
    }
}

fn check_parties(
    client: &Client,
    claims: &Map<String, Value>,
    issuer: &str,
) -> Result<(), Refusal> {
    let is_client = |claim: Option<&Value>| claim.is_some_and(|value| value == client.id.as_str());
    // RFC 9101 §6.3: the same inside and outside; the client was looked up by the one outside.
    if !is_client(claims.get("client_id")) {
        return Err(Refusal::ObjectClient);
    }
    if claims.contains_key("iss") && !is_client(claims.get("iss")) {
        return Err(Refusal::ObjectIssuer);
    }
    if is_client(claims.get("sub")) {
        return Err(Refusal::ObjectSubject);
    }
    let for_us = match claims.get("aud") {
        None => !client.signs_requests(),
        Some(audience) => names(audience, issuer),
    };
    if for_us {
        Ok(())
    } else {
        Err(Refusal::ObjectAudience)
    }
}

/// Whether an audience, which may be several, has this one in it (RFC 7519 §4.1.3).
pub(crate) fn names(audience: &Value, issuer: &str) -> bool {
    match audience {
        Value::Array(all) => all.iter().any(|one| one == issuer),
        one => one == issuer,
    }
}

fn check_times(
    client: &Client,
    claims: &Map<String, Value>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let strict = client.signs_requests();
    let expires = instant(claims, "exp")?;
    let begins = instant(claims, "nbf")?;
    // FAPI 2.0 §5.3.2.1: what was made more than a minute from now is refused.
    if instant(claims, "iat")?.is_some_and(|made| made > now.plus(FURTHEST_AHEAD)) {
        return Err(Refusal::ObjectNotYet);
    }
    match expires {
        Some(expires) if now < expires => {}
        None if !strict => {}
        _ => return Err(Refusal::ObjectExpired),
    }
    match begins {
        Some(begins) if begins <= now.plus(CLOCK_SKEW) => {}
        None if !strict => {}
        _ => return Err(Refusal::ObjectNotYet),
    }
    match (begins, expires) {
        (Some(begins), Some(expires))
            if strict && (expires > begins.plus(AN_HOUR) || begins < now.minus(AN_HOUR)) =>
        {
            Err(Refusal::ObjectLifetime)
        }
        _ => Ok(()),
    }
}

/// A `NumericDate` (RFC 7519 §2), which may have a fraction.
pub(crate) fn instant(
    claims: &Map<String, Value>,
    name: &str,
) -> Result<Option<Timestamp>, Refusal> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast from a float saturates, and a moment that far is as good as never"
    )]
    let seconds = value
        .as_i64()
        .or_else(|| value.as_f64().map(|seconds| seconds.floor() as i64));
    seconds
        .map(|seconds| Some(Timestamp::from_seconds(seconds)))
        .ok_or(Refusal::ObjectMalformed)
}

/// Claims as parameters: a text is itself, a number its digits, an object its JSON (RFC 9101 §4);
/// several resources are several parameters (RFC 8707 §2).
pub(crate) fn parameters(claims: Map<String, Value>) -> Result<Parameters, Refusal> {
    let mut pairs = Vec::new();
    for (name, value) in claims {
        if OWN.contains(&name.as_str()) {
            continue;
        }
        match value {
            Value::Null => {}
            Value::Array(all) if name == "resource" => {
                for one in all {
                    pairs.push((name.clone(), text(one)?));
                }
            }
            value => pairs.push((name, text(value)?)),
        }
    }
    if pairs.len() > MOST {
        return Err(Refusal::ObjectMalformed);
    }
    Ok(Parameters::from_pairs(pairs))
}

fn text(value: Value) -> Result<String, Refusal> {
    let text = match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    // As in a form: NUL is never legal in a parameter.
    if text.contains('\0') {
        Err(Refusal::ObjectMalformed)
    } else {
        Ok(text)
    }
}
