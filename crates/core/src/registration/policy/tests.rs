#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::{client::Origin, registration::echo};

const OFFER: Offer<'static> = Offer {
    methods: &[
        AuthenticationMethod::ClientSecretBasic,
        AuthenticationMethod::ClientSecretPost,
        AuthenticationMethod::PrivateKeyJwt,
        AuthenticationMethod::None,
    ],
    algorithms: &[Algorithm::RS256, Algorithm::ES256],
    front_channel_tokens: false,
    unsigned_objects: false,
};

fn requested(more: &Value) -> Requested {
    let mut members = json!({
        "client_name": "The App",
        "redirect_uris": ["https://app.example/cb"],
        "token_endpoint_auth_method": "none",
    });
    for (name, value) in more.as_object().unwrap() {
        members[name] = value.clone();
    }
    Requested::read(members.as_object().unwrap().clone()).unwrap()
}

fn decide(more: &Value) -> Result<Registered, Refusal> {
    let policy = RegistrationPolicy {
        scope: Scope::parse("Invoices.Read").unwrap(),
        audience: vec!["https://api.example".to_owned()],
        ..RegistrationPolicy::default()
    };
    policy.decide(&requested(more), OFFER)
}

fn told(more: &Value) -> Value {
    let registered = decide(more).unwrap();
    let client = Client {
        id: Id::parse("app").unwrap(),
        organization: None,
        machine: None,
        secrets: Vec::new(),
        disabled_at: None,
        origin: Origin::Registered,
        metadata: registered.metadata,
    };
    assert_eq!(client.check(), Ok(()));
    Value::Object(echo(&client, &registered.details))
}

#[test]
fn what_is_filled_in_is_told() {
    let expected = json!({
        "application_type": "web",
        "client_id": "app",
        "client_name": "The App",
        "grant_types": ["authorization_code"],
        "id_token_signed_response_alg": "RS256",
        "redirect_uris": ["https://app.example/cb"],
        "response_types": ["code"],
        "scope": "openid profile email address phone offline_access Invoices.Read",
        "token_endpoint_auth_method": "none",
    });
    assert_eq!(told(&json!({})), expected);
}

#[test]
fn what_was_registered_registers_the_same_again() {
    let first = told(&json!({
        "grant_types": ["authorization_code", "refresh_token"],
        "contacts": ["ops@app.example"],
        "software_id": "app", "software_version": "1",
        "application_type": "native",
        "logo_uri": "https://app.example/logo.png",
        "require_pushed_authorization_requests": true,
        "default_max_age": 60,
    }));
    assert_eq!(told(&first), first);
}

#[test]
fn a7_12_nobody_asks_for_more_than_the_specifications_have() {
    let metadata = decide(&json!({
        "consent": "implicit", "audience": ["https://other.example"], "introspects": ["x"],
        "require_pkce": false, "zitadel": {"project": "x"}, "role_claims": {"roles": ["id_token"]},
        "access_token_lifetime": 1, "machine_user": "robot", "organization": "acme",
        "access_token_format": "opaque", "client_name#de": "Die App",
    }));
    assert_eq!(metadata, decide(&json!({})));
    let metadata = metadata.unwrap().metadata;
    assert_eq!(metadata.audience, ["https://api.example"]);
    assert!(metadata.require_pkce);
}

#[test]
fn what_is_not_permitted_is_left_out_and_seen_to_be() {
    let told = told(&json!({
        "grant_types": [
            "client_credentials", "authorization_code", "implicit", "authorization_code",
            "urn:ietf:params:oauth:grant-type:device_code", "urn:x:unknown",
        ],
        "response_types": ["code", "id_token", "code id_token", "x"],
        "scope": "openid Invoices.Read Invoices.Write",
    }));
    assert_eq!(told["grant_types"], json!(["authorization_code"]));
    assert_eq!(told["response_types"], json!(["code"]));
    let scope = told["scope"].as_str().unwrap();
    assert!(scope.ends_with(" Invoices.Read"), "{scope}");
}

#[test]
fn what_nobody_can_serve_is_refused() {
    let implicit = json!(["implicit"]);
    for (more, refusal) in [
        (json!({"grant_types": implicit}), Refusal::NoGrant),
        (
            json!({"grant_types": ["client_credentials"]}),
            Refusal::NoGrant,
        ),
        (
            json!({"grant_types": "authorization_code"}),
            Refusal::Member("grant_types"),
        ),
        (
            json!({"response_types": ["token"]}),
            Refusal::NoResponseType,
        ),
        (
            json!({"token_endpoint_auth_method": "client_secret_jwt"}),
            Refusal::Member("token_endpoint_auth_method"),
        ),
        (
            json!({"token_endpoint_auth_method": 1}),
            Refusal::Member("token_endpoint_auth_method"),
        ),
        (
            json!({"id_token_signed_response_alg": "none"}),
            Refusal::Member("id_token_signed_response_alg"),
        ),
        (
            json!({"id_token_signed_response_alg": "EdDSA"}),
            Refusal::Member("id_token_signed_response_alg"),
        ),
        (
            json!({"request_object_signing_alg": "none"}),
            Refusal::Member("request_object_signing_alg"),
        ),
        (
            json!({"logo_uri": "javascript:alert(1)"}),
            Refusal::Member("logo_uri"),
        ),
        (
            json!({"post_logout_redirect_uris": ["https://app.example/#x"]}),
            Refusal::Member("post_logout_redirect_uris"),
        ),
        (
            json!({"client_name": "Bank\u{202e}"}),
            Refusal::Member("client_name"),
        ),
        (json!({"client_name": " "}), Refusal::Member("client_name")),
        (json!({"client_name": 7}), Refusal::Member("client_name")),
        (
            json!({"contacts": vec!["x"; 11]}),
            Refusal::Member("contacts"),
        ),
        (
            json!({"application_type": "mobile"}),
            Refusal::Member("application_type"),
        ),
        (json!({"scope": "\""}), Refusal::Member("scope")),
        (
            json!({"redirect_uris": ["https://app.example/#"]}),
            Refusal::RedirectUri(crate::redirect_uri::RedirectUriError::Fragment),
        ),
        (
            json!({"redirect_uris": "https://app.example/"}),
            Refusal::RedirectUris,
        ),
        (
            json!({"redirect_uris": vec!["https://app.example/"; 21]}),
            Refusal::RedirectUris,
        ),
    ] {
        assert_eq!(decide(&more), Err(refusal), "{more}");
    }
}

#[test]
fn a_web_application_gets_tokens_in_the_browser_at_https_addresses_alone() {
    let policy = RegistrationPolicy {
        grant_types: GRANTS.to_vec(),
        ..RegistrationPolicy::default()
    };
    let offer = Offer {
        front_channel_tokens: true,
        ..OFFER
    };
    for (uri, kind, expected) in [
        ("https://app.example/cb", "web", true),
        ("http://127.0.0.1/cb", "web", false),
        ("https://localhost/cb", "web", false),
        ("com.example.app:/cb", "web", false),
        ("http://127.0.0.1/cb", "native", true),
    ] {
        let asked = requested(&json!({
            "redirect_uris": [uri], "application_type": kind,
            "grant_types": ["implicit"], "response_types": ["token id_token"],
        }));
        let decided = policy.decide(&asked, offer);
        assert_eq!(decided.is_ok(), expected, "{uri} {decided:?}");
    }
}

#[test]
fn a_client_without_a_name_is_called_by_where_it_is() {
    let told = told(&json!({"client_name": null}));
    assert_eq!(told["client_name"], "app.example");
}

#[test]
fn a_policy_permits_only_grants_in_which_a_person_takes_part() {
    let grants = |grant_types: &[GrantType]| {
        let policy = RegistrationPolicy {
            grant_types: grant_types.to_vec(),
            ..RegistrationPolicy::default()
        };
        policy.check()
    };
    assert_eq!(grants(&GRANTS), Ok(()));
    assert_eq!(grants(&[]), Err(PolicyError::Grant));
    assert_eq!(
        grants(&[GrantType::ClientCredentials]),
        Err(PolicyError::Grant)
    );
}
