//! Whatever a client asks to be registered as, what comes of it is a client that nobody has to fear.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use symbolon_core::{
    algorithm::Algorithm,
    client::{AuthenticationMethod, Client, ConsentPolicy, Origin},
    id::Id,
    registration::{
        Requested, document, echo,
        policy::{GRANTS, Offer, Registered, RegistrationPolicy},
    },
    scope::Scope,
};

const OFFER: Offer<'static> = Offer {
    methods: &[
        AuthenticationMethod::None,
        AuthenticationMethod::PrivateKeyJwt,
        AuthenticationMethod::ClientSecretBasic,
    ],
    algorithms: &[Algorithm::RS256],
    front_channel_tokens: true,
    unsigned_objects: false,
};

const NAMES: &[&str] = &[
    "access_token_lifetime",
    "application_type",
    "audience",
    "client_id",
    "client_name",
    "client_uri",
    "consent",
    "contacts",
    "default_max_age",
    "grant_types",
    "id_token_signed_response_alg",
    "initiate_login_uri",
    "introspects",
    "jwks",
    "jwks_uri",
    "logo_uri",
    "post_logout_redirect_uris",
    "redirect_uris",
    "request_object_signing_alg",
    "require_pkce",
    "response_types",
    "role_claims",
    "scope",
    "software_id",
    "software_statement",
    "tls_client_auth_san_dns",
    "token_endpoint_auth_method",
    "zitadel",
];

fn word() -> impl Strategy<Value = String> {
    let known = vec![
        "authorization_code",
        "client_credentials",
        "implicit",
        "refresh_token",
        "code",
        "id_token token",
        "none",
        "private_key_jwt",
        "client_secret_basic",
        "RS256",
        "native",
        "https://app.example/cb",
        "http://127.0.0.1/cb",
        "javascript:alert(1)",
        "openid Invoices.Read Invoices.Write",
        "https://app.example/client.json",
    ];
    prop_oneof![
        4 => prop::sample::select(known).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => word().prop_map(Value::from),
        4 => prop::collection::vec(word(), 0..4).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => Just(json!({"keys": []})),
        1 => Just(json!({"project": "x"})),
        1 => Just(json!({"roles": ["id_token"]})),
    ]
}

fn members() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![
        9 => prop::sample::select(NAMES).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec((name, value()), 0..10).prop_map(|pairs| {
        let mut members = json!({"redirect_uris": ["https://app.example/cb"]});
        for (name, value) in pairs {
            members[name] = value;
        }
        members.as_object().unwrap().clone()
    })
}

fn policy() -> RegistrationPolicy {
    RegistrationPolicy {
        grant_types: GRANTS.to_vec(),
        scope: Scope::parse("Invoices.Read").unwrap(),
        audience: vec!["https://api.example".to_owned()],
        ..RegistrationPolicy::default()
    }
}

fn client(registered: &Registered, origin: Origin) -> Client {
    Client {
        id: Id::parse("https://app.example/client.json").unwrap(),
        organization: None,
        machine: None,
        secrets: Vec::new(),
        disabled_at: None,
        origin,
        metadata: registered.metadata.clone(),
    }
}

fn is_harmless(client: &Client) {
    let metadata = &client.metadata;
    assert_eq!(metadata.consent, ConsentPolicy::Required);
    assert!(!client.is_trusted());
    assert!(metadata.require_pkce);
    assert!(metadata.introspects.is_empty());
    assert!(metadata.zitadel.is_none() && metadata.role_claims.is_none());
    assert_eq!(metadata.audience, ["https://api.example"]);
    assert_eq!(metadata.access_token_lifetime, None);
    assert!(policy().scope.covers(&metadata.scope));
    assert!(
        metadata
            .grant_types
            .iter()
            .all(|grant| GRANTS.contains(grant))
    );
    for uri in &metadata.redirect_uris {
        assert!(!uri.as_str().starts_with("javascript:"));
    }
}

proptest! {
    #[test]
    fn a7_12_whatever_is_asked_for_what_is_registered_is_harmless(members in members()) {
        let decided = Requested::read(members).and_then(|asked| policy().decide(&asked, OFFER));
        match decided {
            Ok(registered) => {
                let client = client(&registered, Origin::Registered);
                is_harmless(&client);
                // What is told can be asked for again, and means the same.
                let told = echo(&client, &registered.details);
                let again = Requested::read(told).and_then(|asked| policy().decide(&asked, OFFER));
                prop_assert_eq!(again, Ok(registered));
            }
            Err(refusal) => {
                let (_, text) = refusal.wire();
                let legal = |character: char| {
                    matches!(character, ' '..='~') && !"\"\\".contains(character)
                };
                prop_assert!(text.chars().all(legal), "{}", text);
            }
        }
    }

    #[test]
    fn whatever_a_document_says_it_makes_no_client_with_a_shared_secret(members in members()) {
        let id = Id::parse("https://app.example/client.json").unwrap();
        let Ok(registered) = document::read(&id, members.clone(), &policy(), OFFER) else {
            return Ok(());
        };
        prop_assert_eq!(members["client_id"].as_str(), Some(id.as_str()));
        prop_assert!(!registered.has_secret());
        is_harmless(&client(&registered, Origin::Document));
    }
}
