//! What userinfo answers, and the types of the standard claims: OIDC Core §5.1, §5.3.2.

use serde_json::Value;
use symbolon_testkit::Answer;

use crate::check::error_response;
use crate::run::Run;

/// The claims that are texts, beside `sub`.
const TEXTS: [&str; 16] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "acr",
];

/// The claims that are yes or no.
const FLAGS: [&str; 2] = ["email_verified", "phone_number_verified"];

/// The members of `address`.
const ADDRESS: [&str; 6] = [
    "formatted",
    "street_address",
    "locality",
    "region",
    "postal_code",
    "country",
];

/// The claims that each scope asks for: OIDC Core §5.4.
pub(crate) fn claims_of(scope: &str) -> &'static [&'static str] {
    match scope {
        "profile" => &[
            "name",
            "family_name",
            "given_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "updated_at",
        ],
        "email" => &["email", "email_verified"],
        "address" => &["address"],
        "phone" => &["phone_number", "phone_number_verified"],
        _ => &[],
    }
}

/// Checks an answer of userinfo about this person.
pub(crate) fn check(run: &Run, answer: &Answer, sub: &Value) {
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    error_response::is_json(answer);
    assert_eq!(&answer.json["sub"], sub, "{answer:?}");
    types(run, &answer.json);
}

/// Checks that the standard claims have their types.
pub(crate) fn types(run: &Run, claims: &Value) {
    for (name, value) in claims.as_object().into_iter().flatten() {
        let name = name.as_str();
        // OIDC Core §5.3.2: a claim that is not told is left out, neither null nor empty.
        assert!(
            !value.is_null() && *value != "",
            "{name} is empty: {claims}"
        );
        let right = match name {
            _ if TEXTS.contains(&name) => value.is_string(),
            _ if FLAGS.contains(&name) => value.is_boolean(),
            "updated_at" => value.is_number(),
            "address" => value.as_object().is_some_and(|address| {
                address
                    .iter()
                    .all(|(member, value)| ADDRESS.contains(&member.as_str()) && value.is_string())
            }),
            _ => true,
        };
        assert!(right, "{name} is {value}");
    }
    if let Some(birthdate) = claims["birthdate"].as_str() {
        run.recommend(
            [4, 10].contains(&birthdate.len()),
            format!("birthdate is {birthdate}"),
        );
    }
}
