//! Software statements: metadata that somebody signed who is trusted here.
#![doc(alias = "RFC 7591 §2.3")]

use serde_json::{Map, Value};

use super::Refusal;
use crate::time::Timestamp;

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

/// Who has signed a statement, as it says: to find the keys that prove it.
///
/// # Errors
/// [`Refusal::StatementInvalid`] when it does not say so.
pub fn issuer(claims: &Map<String, Value>) -> Result<&str, Refusal> {
    let issuer = claims.get("iss").and_then(Value::as_str);
    issuer.ok_or(Refusal::StatementInvalid)
}

/// The metadata in the claims of a statement whose signature is right.
///
/// # Errors
/// [`Refusal::StatementInvalid`] when it has expired, or is not good yet.
pub fn metadata(
    mut claims: Map<String, Value>,
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
    if expired || begins.iter().flatten().any(early) {
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

    fn read(claims: Value) -> Result<Map<String, Value>, Refusal> {
        let claims = claims.as_object().unwrap().clone();
        metadata(claims, Timestamp::from_seconds(1_000))
    }

    #[test]
    fn a_statement_is_good_for_its_time_alone() {
        assert!(read(json!({"exp": 1_001, "nbf": 1_000, "iat": 1_000})).is_ok());
        for claims in [
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
