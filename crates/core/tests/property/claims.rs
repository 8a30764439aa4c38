//! Which scopes and which requests give which claims (OIDC Core §5.4, §5.5).

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*, sample::subsequence};
use serde_json::{Map, Value, json};
use symbolon_core::{
    claims::{self, ClaimsRequest},
    scope::{STANDARD, Scope},
    subject::{Subject, SubjectKind},
};

use crate::fixture::person;

/// The table of OIDC Core §5.4, copied from there and not from the code.
const BY_SCOPE: [(&str, &[&str]); 4] = [
    (
        "profile",
        &[
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
    ),
    ("email", &["email", "email_verified"]),
    ("address", &["address"]),
    ("phone", &["phone_number", "phone_number_verified"]),
];

/// What a client could ask for by name, and what it must not get so: these are the protocol's own.
const PROTOCOL: [&str; 15] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "sid",
    "at_hash",
    "roles",
    "org_id",
    "client_id",
];

fn names() -> Vec<&'static str> {
    BY_SCOPE
        .iter()
        .flat_map(|(_, names)| *names)
        .copied()
        .collect()
}

/// A person of whom some of it is known, and all that is known.
fn somebody() -> impl Strategy<Value = (Subject, Map<String, Value>)> {
    subsequence(names(), 0..=names().len()).prop_map(|known| {
        let mut profile: Map<String, Value> = known
            .into_iter()
            .filter(|name| !matches!(*name, "preferred_username" | "updated_at"))
            .map(|name| {
                let value = match name {
                    "email_verified" | "phone_number_verified" => json!(true),
                    "address" => json!({"country": "AT"}),
                    _ => json!(format!("the {name}")),
                };
                (name.to_owned(), value)
            })
            .collect();
        let mut subject = person("alice");
        if let SubjectKind::Person(person) = &mut subject.kind {
            person.profile = serde_json::from_value(Value::Object(profile.clone())).unwrap();
        }
        profile.insert("preferred_username".into(), json!("alice"));
        profile.insert("updated_at".into(), json!(5));
        (subject, profile)
    })
}

fn scopes() -> impl Strategy<Value = Scope> {
    subsequence(STANDARD.to_vec(), 0..=STANDARD.len())
        .prop_map(|words| Scope::parse(&words.join(" ")).unwrap())
}

/// Claims to ask for: real ones, the protocol's own, and made-up ones.
fn asked() -> impl Strategy<Value = BTreeSet<String>> {
    let known: Vec<&str> = names().into_iter().chain(PROTOCOL).collect();
    let name = prop_oneof![
        4 => prop::sample::select(known).prop_map(str::to_owned),
        1 => "[a-z_]{1,10}",
    ];
    vec(name, 0..6).prop_map(BTreeSet::from_iter)
}

fn request(member: &str, names: &BTreeSet<String>) -> ClaimsRequest {
    let names: Map<String, Value> = names
        .iter()
        .map(|name| (name.clone(), Value::Null))
        .collect();
    ClaimsRequest::parse(&json!({member: names}).to_string()).unwrap()
}

/// JSON of any shape in which the words of OIDC Core §5.5 are frequent.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-z]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = "userinfo|id_token|sub|acr|essential|value|values|[a-z]{1,3}";
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((name, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// JSON that is nearly what OIDC Core §5.5 describes.
fn nearly_a_request() -> impl Strategy<Value = Value> {
    let object = |name, value| {
        vec((name, value), 0..3).prop_map(|members| Value::Object(members.into_iter().collect()))
    };
    let claim = prop_oneof![
        Just(json!(null)),
        Just(json!([])),
        Just(json!([true])),
        any_json(),
        object("essential|value|values", any_json().boxed()),
    ];
    let claims = object("sub|acr|name|[a-z]{1,3}", claim.boxed());
    prop_oneof![1 => any_json(), 4 => object("userinfo|id_token|[a-z]{1,3}", claims.boxed())]
}

proptest! {
    #[test]
    fn userinfo_gives_what_scope_and_request_ask_for_and_nothing_else(
        (subject, known) in somebody(),
        scope in scopes(),
        asked in asked(),
    ) {
        let granted: BTreeSet<&str> = BY_SCOPE
            .iter()
            .filter(|(word, _)| scope.contains(word))
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        let mut expected = known;
        expected.retain(|name, _| granted.contains(name.as_str()) || asked.contains(name));
        let given = claims::for_userinfo(&subject, &scope, &request("userinfo", &asked));
        prop_assert_eq!(given, expected);
    }

    #[test]
    fn the_id_token_gives_only_what_was_asked_for_there(
        (subject, known) in somebody(),
        scope in scopes(),
        asked in asked(),
    ) {
        let mut expected = known;
        expected.retain(|name, _| asked.contains(name));
        prop_assert_eq!(claims::for_id_token(&subject, &request("id_token", &asked)), expected);
        // What was asked for at one place is not given at the other.
        let elsewhere = request("userinfo", &asked);
        prop_assert!(claims::for_id_token(&subject, &elsewhere).is_empty());
        let elsewhere = claims::for_userinfo(&subject, &scope, &request("id_token", &asked));
        let nothing = ClaimsRequest::default();
        prop_assert_eq!(elsewhere, claims::for_userinfo(&subject, &scope, &nothing));
    }

    /// Requirement A2.14: the claims of the protocol cannot be had, nor overridden, by name.
    #[test]
    fn a2_14_no_request_reaches_the_claims_of_the_protocol(
        (subject, _) in somebody(),
        scope in scopes(),
    ) {
        let all = PROTOCOL.into_iter().map(str::to_owned).collect();
        let in_token = claims::for_id_token(&subject, &request("id_token", &all));
        let in_userinfo = claims::for_userinfo(&subject, &scope, &request("userinfo", &all));
        for name in PROTOCOL {
            prop_assert!(!in_token.contains_key(name), "{}", name);
            prop_assert!(!in_userinfo.contains_key(name), "{}", name);
        }
    }

    #[test]
    fn more_scope_never_gives_less(
        (subject, _) in somebody(),
        scope in scopes(),
        more in scopes(),
        asked in asked(),
    ) {
        let request = request("userinfo", &asked);
        let less = claims::for_userinfo(&subject, &scope, &request);
        let wider = claims::for_userinfo(&subject, &scope.union(&more), &request);
        prop_assert!(less.iter().all(|(name, value)| wider.get(name) == Some(value)));
    }

    #[test]
    fn a_machine_has_a_name_and_nothing_else(scope in scopes(), asked in asked()) {
        let mut machine = person("robot");
        machine.kind = SubjectKind::Machine { name: "Robot".into() };
        let given = claims::for_userinfo(&machine, &scope, &request("userinfo", &asked));
        let named = scope.contains("profile") || asked.contains("name");
        let expected = if named { json!({"name": "Robot"}) } else { json!({}) };
        prop_assert_eq!(Value::Object(given), expected);
    }

    #[test]
    fn a_request_that_is_read_is_read_back_from_storage(value in nearly_a_request()) {
        if let Some(request) = ClaimsRequest::parse(&value.to_string()) {
            let stored = serde_json::to_string(&request).unwrap();
            let read: ClaimsRequest = serde_json::from_str(&stored).unwrap();
            prop_assert_eq!(&read, &request);
            prop_assert_eq!(ClaimsRequest::parse(&stored), Some(request));
        }
    }

    /// OIDC Core §5.5: the members are objects whose members are null or objects.
    #[test]
    fn a_request_has_the_shape_of_the_specification(value in nearly_a_request()) {
        if let Some(request) = ClaimsRequest::parse(&value.to_string()) {
            prop_assert!(value.is_object());
            let members = [("userinfo", &request.userinfo), ("id_token", &request.id_token)];
            for (member, read) in members {
                let written = value.get(member).map(|claims| claims.as_object().unwrap());
                let shaped = |claim: &Value| claim.is_null() || claim.is_object();
                prop_assert!(written.is_none_or(|claims| claims.values().all(shaped)));
                let written: BTreeSet<&String> = written.into_iter().flat_map(Map::keys).collect();
                prop_assert_eq!(written, read.keys().collect());
            }
        }
    }

    /// OIDC Core §5.5: "Any members used that are not understood MUST be ignored."
    #[test]
    fn members_that_nobody_knows_are_ignored(
        unknown in "[a-d_]{3,9}",
        value in any_json(),
        asked in asked(),
    ) {
        let claims = asked
            .iter()
            .map(|name| (name.clone(), json!({"essential": true, (unknown.as_str()): value})))
            .collect::<Map<_, _>>();
        let plain = json!({"id_token": claims});
        let with_more = json!({"id_token": claims, (unknown.as_str()): value});
        let read = ClaimsRequest::parse(&with_more.to_string());
        prop_assert!(read.is_some(), "{}", with_more);
        prop_assert_eq!(read, ClaimsRequest::parse(&plain.to_string()));
    }

    #[test]
    fn an_arbitrary_text_is_read_or_refused_and_never_panics(
        text in "\\PC{0,60}|[{}\\[\\]\",:a-z0-9]{0,60}",
    ) {
        let _ = ClaimsRequest::parse(&text);
        let deep = format!("{{\"id_token\":{}", "[".repeat(text.len() * 60));
        prop_assert_eq!(ClaimsRequest::parse(&deep), None);
    }

    #[test]
    fn the_wanted_subject_and_the_essential_contexts_are_found(
        wanted in "[a-z0-9]{1,12}",
        contexts in vec("[a-z:]{1,8}", 1..4),
        essential in any::<bool>(),
    ) {
        let text = json!({"id_token": {
            "sub": {"value": wanted},
            "acr": {"essential": essential, "values": contexts},
        }});
        let request = ClaimsRequest::parse(&text.to_string()).unwrap();
        prop_assert_eq!(request.wanted_subject(), Some(wanted.as_str()));
        let found = request.essential_contexts();
        let expected = contexts.iter().map(String::as_str).collect();
        prop_assert_eq!(found, essential.then_some(expected));
    }
}
