//! Software statements: metadata that somebody signed who is trusted here.
#![doc(alias = "RFC 7591 §2.3")]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::Refusal;
use crate::{json, time::Timestamp};

/// By how much the clock of an issuer may differ, in seconds.
const LEEWAY: i64 = 60;

/// What says something about the statement and nothing about the software (RFC 7519 §4.1), and what
/// nobody can vouch for.
const OWN: [&str; 10] = [
    "iss",
    "sub",
    "aud",
    "exp",
    "nbf",
    "iat",
    "jti",
    "client_id",
    "client_secret",
    "software_statement",
];

/// Who has signed a statement, as it says itself: it tells whose keys are to be tried, no more.
///
/// # Errors
/// [`Refusal::StatementInvalid`] when it does not say so.
pub fn claimed_issuer(statement: &str) -> Result<String, Refusal> {
    let payload = statement.split('.').nth(1);
    let payload = payload.and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let claims = payload.and_then(|bytes| json::object(&bytes).ok());
    let issuer = claims.as_ref().and_then(|claims| claims.get("iss"));
    let issuer = issuer.and_then(Value::as_str).map(str::to_owned);
    issuer.ok_or(Refusal::StatementInvalid)
}

/// The metadata in the claims of a statement whose signature is right.
///
/// # Errors
/// [`Refusal::StatementInvalid`] when it is another's, has expired, or is not good yet.
pub fn metadata(
    mut claims: Map<String, Value>,
    issuer: &str,
    now: Timestamp,
) -> Result<Map<String, Value>, Refusal> {
    let moment = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_i64().map(Some).ok_or(Refusal::StatementInvalid),
    };
    let now = now.seconds();
    let expired = moment("exp")?.is_some_and(|end| end.saturating_add(LEEWAY) <= now);
    let begins = [moment("nbf")?, moment("iat")?];
    let early = |begin: &i64| begin.saturating_sub(LEEWAY) > now;
    let another = claims.get("iss").and_then(Value::as_str) != Some(issuer);
    if another || expired || begins.iter().flatten().any(early) {
        return Err(Refusal::StatementInvalid);
    }
    claims.retain(|name, value| !OWN.contains(&name.as_str()) && !value.is_null());
    Ok(claims)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn read(mut claims: Value) -> Result<Map<String, Value>, Refusal> {
        let issuer = claims.as_object_mut().unwrap();
        issuer.entry("iss").or_insert_with(|| json!("x"));
        let claims = claims.as_object().unwrap().clone();
        metadata(claims, "x", Timestamp::from_seconds(1_000))
    }

    #[test]
    fn a_statement_is_good_for_its_time_alone() {
        assert!(read(json!({"exp": 1_001, "nbf": 1_000, "iat": 1_000})).is_ok());
        for claims in [
            json!({"iss": "y"}),
            json!({"exp": 940}),
            json!({"exp": "never"}),
            json!({"nbf": 1_061}),
            json!({"iat": 1_061}),
            json!({"exp": i64::MIN}),
        ] {
            assert_eq!(
                read(claims.clone()),
                Err(Refusal::StatementInvalid),
                "{claims}"
            );
        }
    }

    #[test]
    fn what_is_about_the_statement_is_no_metadata() {
        let claims = json!({
            "iss": "x", "jti": "x", "client_id": "x", "client_secret": "x",
            "client_name": "The App", "software_id": "app",
        });
        let left = read(claims).unwrap();
        let expected = json!({"client_name": "The App", "software_id": "app"});
        assert_eq!(Value::Object(left), expected);
    }
}
