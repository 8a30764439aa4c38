//! Claims about a person: which scopes and which `claims` requests give which
//! (OIDC Core §5.4, §5.5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    scope::Scope,
    subject::{Profile, Subject, SubjectKind},
};

/// The longest `claims` parameter in bytes.
pub const LONGEST: usize = 4096;

/// The claims that can be asked for, in the order in which they are advertised.
pub fn supported() -> impl Iterator<Item = &'static str> {
    let others = [
        "email",
        "email_verified",
        "address",
        "phone_number",
        "phone_number_verified",
        "sub",
    ];
    PROFILE.into_iter().chain(others)
}

/// Those that the scope `profile` gives (OIDC Core §5.4).
const PROFILE: [&str; 14] = [
    "name",
    "given_name",
    "family_name",
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
];

/// The `claims` request parameter (OIDC Core §5.5).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// For the userinfo endpoint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, Option<ClaimRequest>>,
    /// For the ID token.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, Option<ClaimRequest>>,
}

/// How one claim is asked for (OIDC Core §5.5.1).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClaimRequest {
    /// Whether the client cannot do without.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The one value that is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The values that are wanted, best first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
}

impl ClaimsRequest {
    /// Reads the parameter; `None` when it is not the JSON that OIDC Core §5.5 describes.
    pub fn parse(text: &str) -> Option<Self> {
        let value: Value = (text.len() <= LONGEST).then(|| serde_json::from_str(text).ok())??;
        // serde would read an array as the fields of a struct in their order.
        let members = value.as_object()?;
        // Other members are ignored, whatever is in them (OIDC Core §5.5).
        let shaped = ["userinfo", "id_token"]
            .into_iter()
            .filter_map(|member| members.get(member)?.as_object())
            .flatten()
            .all(|(_, claim)| claim.is_null() || claim.is_object());
        shaped.then(|| serde_json::from_value(value).ok()).flatten()
    }

    /// The subject that the ID token must be about, if the client said so (OIDC Core §5.5.1).
    pub fn wanted_subject(&self) -> Option<&str> {
        let request = self
            .id_token
            .get("sub")
            .or_else(|| self.userinfo.get("sub"))?;
        request.as_ref()?.value.as_ref()?.as_str()
    }

    /// The authentication contexts without which the request must fail: `acr` asked for as an
    /// essential claim (OIDC Core §5.5.1.1).
    pub fn essential_contexts(&self) -> Option<Vec<&str>> {
        let request = self.id_token.get("acr")?.as_ref()?;
        let one = request.value.iter().filter_map(Value::as_str);
        let many = request.values.iter().flatten().filter_map(Value::as_str);
        request
            .essential
            .then(|| one.chain(many).collect())
            .filter(|all: &Vec<_>| !all.is_empty())
    }
}

/// The claims for the userinfo endpoint, without `sub`.
pub fn for_userinfo(
    subject: &Subject,
    scope: &Scope,
    request: &ClaimsRequest,
) -> Map<String, Value> {
    select(subject, |claim| {
        of_scope(scope, claim) || request.userinfo.contains_key(claim)
    })
}

/// The claims for the ID token beyond the protocol's own: only those asked for by name. Scopes do
/// not put claims there when an access token is issued too (OIDC Core §5.4).
pub fn for_id_token(subject: &Subject, request: &ClaimsRequest) -> Map<String, Value> {
    select(subject, |claim| request.id_token.contains_key(claim))
}

/// The claims for an ID token that no access token is issued beside: also those that scopes give
/// (OIDC Core §5.4).
pub fn for_id_token_alone(
    subject: &Subject,
    scope: &Scope,
    request: &ClaimsRequest,
) -> Map<String, Value> {
    select(subject, |claim| {
        of_scope(scope, claim) || request.id_token.contains_key(claim)
    })
}

/// Whether a scope gives a claim (OIDC Core §5.4).
fn of_scope(scope: &Scope, claim: &str) -> bool {
    (scope.contains("profile") && PROFILE.contains(&claim))
        || (scope.contains("email") && matches!(claim, "email" | "email_verified"))
        || (scope.contains("phone") && matches!(claim, "phone_number" | "phone_number_verified"))
        || (scope.contains("address") && claim == "address")
}

fn select(subject: &Subject, wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let mut claims = all(subject);
    claims.retain(|claim, _| wanted(claim));
    claims
}

fn all(subject: &Subject) -> Map<String, Value> {
    match &subject.kind {
        SubjectKind::Machine { name } => {
            Map::from_iter([("name".to_owned(), Value::from(name.as_str()))])
        }
        SubjectKind::Person(person) => {
            let mut claims = standard(&person.profile);
            claims.insert(
                "preferred_username".to_owned(),
                Value::from(person.username.as_str()),
            );
            claims.insert(
                "updated_at".to_owned(),
                Value::from(person.updated_at.seconds()),
            );
            claims
        }
    }
}

fn standard(profile: &Profile) -> Map<String, Value> {
    match serde_json::to_value(profile) {
        Ok(Value::Object(claims)) => claims,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::{id::Id, subject::Person, time::Timestamp};

    fn alice() -> Subject {
        Subject {
            id: Id::parse("1").unwrap(),
            organization: Id::parse("acme").unwrap(),
            organization_name: "Acme".into(),
            kind: SubjectKind::Person(Box::new(Person {
                username: "alice".into(),
                profile: Profile {
                    name: Some("Alice".into()),
                    email: Some("alice@acme.example".into()),
                    email_verified: Some(true),
                    ..Profile::default()
                },
                updated_at: Timestamp::from_seconds(5),
            })),
            disabled_at: None,
            roles_until: None,
            roles: BTreeMap::new(),
        }
    }

    fn names(claims: &Map<String, Value>) -> Vec<&str> {
        let mut names: Vec<_> = claims.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_scope_gives_its_claims_and_no_others() {
        let given = |scope: &str| {
            let scope = Scope::parse(scope).unwrap();
            for_userinfo(&alice(), &scope, &ClaimsRequest::default())
        };
        assert!(given("openid").is_empty());
        assert_eq!(names(&given("openid email")), ["email", "email_verified"]);
        assert_eq!(
            names(&given("profile")),
            ["name", "preferred_username", "updated_at"]
        );
    }

    #[test]
    fn a_claim_asked_for_by_name_is_given_where_it_was_asked_for() {
        let request = ClaimsRequest::parse(
            r#"{"userinfo":{"email":null},"id_token":{"name":{"essential":true}}}"#,
        )
        .unwrap();
        assert_eq!(
            names(&for_userinfo(&alice(), &Scope::default(), &request)),
            ["email"]
        );
        assert_eq!(names(&for_id_token(&alice(), &request)), ["name"]);
    }

    #[test]
    fn what_is_no_claims_request_is_refused() {
        for text in [
            "",
            "[]",
            "{\"id_token\":[]}",
            "{\"userinfo\":{\"a\":1}}",
            "{",
            "{\"id_token\":{\"a\":[]}}",
        ] {
            assert_eq!(ClaimsRequest::parse(text), None, "{text}");
        }
        assert_eq!(
            ClaimsRequest::parse(&format!("{{}}{}", " ".repeat(LONGEST))),
            None
        );
    }

    #[test]
    fn an_essential_acr_is_found() {
        let request =
            ClaimsRequest::parse(r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}"#)
                .unwrap();
        assert_eq!(request.essential_contexts(), Some(vec!["a", "b"]));
    }
}
