//! Whatever claims a request object has, what is read of it is a request of this client for this
//! issuer, and nothing that could be looked up again.

use proptest::prelude::*;
use serde_json::{Map, Value};
use symbolon_core::{authorize::request_object, parameters::Parameters, time::Timestamp};

use crate::fixture::client;

const ISSUER: &str = "https://id.example";
const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (999_000_i64..1_001_000).prop_map(Value::from),
        Just(Value::from("app")),
        Just(Value::from(ISSUER)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn claims() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![
        prop::sample::select(vec![
            "client_id",
            "iss",
            "sub",
            "aud",
            "exp",
            "nbf",
            "request",
            "request_uri",
            "response_type",
            "resource",
            "state",
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    prop::collection::vec((name, value()), 0..12).prop_map(|members| {
        // So that most of them get past the first question.
        let own = [("client_id".to_owned(), Value::from("app"))];
        own.into_iter().chain(members).collect()
    })
}

proptest! {
    #[test]
    fn a3_7_what_is_read_of_an_object_is_this_clients_and_nested_in_nothing(claims in claims(), strict in any::<bool>()) {
        let mut client = client();
        client.metadata.require_signed_request_object = strict;
        let outside = Parameters::from_pairs([("client_id".to_owned(), "app".to_owned())]);
        let read = request_object::read(&client, &outside, claims.clone(), ISSUER, NOW);
        let Ok(parameters) = read else { return Ok(()) };
        prop_assert_eq!(parameters.value("client_id"), Some("app"));
        for (name, value) in parameters.pairs() {
            prop_assert!(!["request", "request_uri", "iss", "aud", "exp", "nbf", "sub"].contains(&name.as_str()));
            prop_assert!(!value.contains('\0'));
            prop_assert!(!claims[name].is_null());
        }
        if strict {
            for needed in ["aud", "exp", "nbf"] {
                prop_assert!(claims.contains_key(needed));
            }
        }
    }
}
