//! Signed requests: the parameters of a request in the back channel as the claims of a token that
//! the client signed.
//!
//! All of them are in it, and none beside it but what proves the client (CIBA §7.1.1). Each of
//! `iss`, `aud`, `iat`, `nbf`, `exp` and `jti` is there; an object is good for an hour at most
//! (FAPI-CIBA §5.2.2), and once.
#![doc(alias = "CIBA §7.1.1")]

use serde_json::{Map, Value};

use super::Refusal;
use crate::{
    algorithm::Algorithm,
    authorize::request_object::{CLOCK_SKEW, instant, names, parameters},
    client::Client,
    parameters::Parameters,
    single_use::SingleUse,
    time::{Lifetime, Timestamp},
};

pub use crate::authorize::request_object::TYPES;

/// The longest life of an object, and its greatest age.
const AN_HOUR: Lifetime = Lifetime::from_hours(1);

/// The longest `jti`, in bytes.
const LONGEST_NAME: usize = 1024;

/// What may stand beside an object: who the client is, and its proof of that.
const BESIDE: [&str; 5] = [
    "request",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
];

/// Where the parameters of a request are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source<'a> {
    /// In the request.
    Plain,
    /// In this object, which has to be signed with one of these algorithms.
    Object(&'a str, &'static [Algorithm]),
}

/// Where the parameters are: the registration says so, never the request (requirement A3.4).
///
/// # Errors
/// [`Refusal`].
pub fn source<'a>(client: &Client, parameters: &'a Parameters) -> Result<Source<'a>, Refusal> {
    let registered = client
        .metadata
        .backchannel_authentication_request_signing_alg;
    match (registered, parameters.value("request")) {
        (None, None) => Ok(Source::Plain),
        (None, Some(_)) => Err(Refusal::ObjectNotSupported),
        (Some(_), None) => Err(Refusal::ObjectRequired),
        (Some(algorithm), Some(object)) => {
            let beside = |(name, _): &(String, String)| !BESIDE.contains(&name.as_str());
            if parameters.pairs().iter().any(beside) {
                return Err(Refusal::ObjectNotAlone);
            }
            let algorithms = client.accepted_algorithms(Some(algorithm));
            Ok(Source::Object(object, algorithms))
        }
    }
}

/// The parameters that an object carries, whose signature was checked; and its name, which is still
/// to be used up.
///
/// # Errors
/// [`Refusal`].
pub fn read(
    client: &Client,
    claims: Map<String, Value>,
    issuer: &str,
    now: Timestamp,
) -> Result<(Parameters, SingleUse), Refusal> {
    if claims
        .get("iss")
        .is_none_or(|iss| iss != client.id.as_str())
    {
        return Err(Refusal::ObjectIssuer);
    }
    // RFC 7523 §3, 2: what is about the client as a subject was made to prove who it is.
    if claims
        .get("sub")
        .is_some_and(|sub| sub == client.id.as_str())
    {
        return Err(Refusal::ObjectInvalid);
    }
    let other_client = |id: &Value| id != client.id.as_str();
    if claims.get("client_id").is_some_and(other_client) {
        return Err(Refusal::ObjectIssuer);
    }
    let audience = claims.get("aud");
    if !audience.is_some_and(|audience| names(audience, issuer)) {
        return Err(Refusal::ObjectAudience);
    }
    let moment = |name| {
        instant(&claims, name)
            .ok()
            .flatten()
            .ok_or(Refusal::ObjectTimes)
    };
    let (issued, begins, expires) = (moment("iat")?, moment("nbf")?, moment("exp")?);
    let ahead = now.plus(CLOCK_SKEW);
    let good_now = issued <= ahead && begins <= ahead && now < expires;
    if !good_now || expires > begins.plus(AN_HOUR) || begins < now.minus(AN_HOUR) {
        return Err(Refusal::ObjectTimes);
    }
    let name = claims.get("jti").and_then(Value::as_str);
    let name = name.filter(|name| (1..=LONGEST_NAME).contains(&name.len()));
    let name = name.ok_or(Refusal::ObjectName)?;
    let used_up = SingleUse::new("backchannel request", client.id.as_str(), name, expires);
    if claims.contains_key("request") || claims.contains_key("request_uri") {
        return Err(Refusal::ObjectInvalid);
    }
    let inside = parameters(claims).map_err(|_| Refusal::ObjectInvalid)?;
    Ok((inside, used_up))
}
