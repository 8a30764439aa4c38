//! Profiles of clients: what contradicts one is refused when the client is registered.

use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Authentication, Backend, Person, RelyingParty, http, on_both_databases,
};

use super::{Application, Way, client, clients, on, said, shared};
use crate::support::{CALLBACK, alice_in, merged, personal_token};

#[test]
fn a_registration_that_contradicts_its_profile_is_refused_with_a_sentence() {
    for (way, changes, sentence) in [
        (
            Way::KeyDpop,
            json!({"token_endpoint_auth_methods": ["client_secret_basic"], "client_secret": "secret"}),
            "token_endpoint_auth_methods are out of private_key_jwt",
        ),
        (
            Way::KeyDpop,
            json!({"token_endpoint_auth_methods": ["none"], "grant_types": ["authorization_code"]}),
            "token_endpoint_auth_methods are out of private_key_jwt",
        ),
        (
            Way::KeyDpop,
            json!({"grant_types": ["authorization_code", "implicit"],
                "response_types": ["code", "code id_token"]}),
            "grant_types are out of",
        ),
        (
            Way::KeyDpop,
            json!({"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"]}),
            "grant_types are out of",
        ),
        (
            Way::KeyDpop,
            json!({"require_pkce": false}),
            "require_pkce cannot be false",
        ),
        (
            Way::KeyDpop,
            json!({"redirect_uris": ["com.example.app:/callback"]}),
            "redirect_uris are https",
        ),
        (
            Way::KeyDpop,
            json!({"redirect_uris": ["http://localhost/callback"]}),
            "redirect_uris are https",
        ),
        (
            Way::KeyDpop,
            json!({"id_token_signed_response_alg": "RS256"}),
            "tokens are signed with PS256, ES256 or EdDSA",
        ),
        (
            Way::KeyDpop,
            json!({"access_token_signed_response_alg": "RS256"}),
            "tokens are signed with PS256, ES256 or EdDSA",
        ),
        (
            Way::KeyDpop,
            json!({"token_endpoint_auth_signing_alg": "RS256"}),
            "token_endpoint_auth_signing_alg, request_object_signing_alg",
        ),
        (
            Way::KeyDpop,
            json!({"request_object_signing_alg": "none"}),
            "token_endpoint_auth_signing_alg, request_object_signing_alg",
        ),
        (
            Way::KeyDpop,
            json!({"authorization_signed_response_alg": "RS256"}),
            "token_endpoint_auth_signing_alg, request_object_signing_alg",
        ),
        (
            Way::KeyDpop,
            json!({"userinfo_signed_response_alg": "RS256"}),
            "token_endpoint_auth_signing_alg, request_object_signing_alg",
        ),
        (
            Way::KeyTls,
            json!({"dpop_bound_access_tokens": true}),
            "are both true: keep one of them",
        ),
        (Way::KeyDpop, json!({"profile": "fapi1"}), "unknown variant"),
    ] {
        let declared = merged(client("app", way, 0, "fapi2_security"), &changes);
        let log = on(&Backend::Sqlite.url(), &[declared], &[])
            .map(drop)
            .unwrap_err();
        assert!(log.contains(sentence), "{changes}: {log}");
    }
}

#[test]
fn an_opaque_access_token_needs_no_algorithm_and_who_signs_requests_needs_keys() {
    let mut opaque = client("opaque", Way::KeyDpop, 0, "fapi2_security");
    opaque["access_token_format"] = "opaque".into();
    opaque["access_token_signed_response_alg"] = "RS256".into();
    on(&Backend::Sqlite.url(), &[opaque], &[])
        .map(drop)
        .unwrap();
    let mut keyless = client("keyless", Way::TlsTls, 0, "fapi2_message_signing");
    keyless["token_endpoint_auth_methods"] = json!(["tls_client_auth"]);
    keyless["tls_client_auth_san_dns"] = "app.example".into();
    keyless.as_object_mut().unwrap().remove("jwks");
    let log = on(&Backend::Sqlite.url(), &[keyless], &[])
        .map(drop)
        .unwrap_err();
    assert!(log.contains("need the public keys of the client"), "{log}");
}

on_both_databases! {
    async fn the_management_api_holds_a_client_to_its_profile(backend) {
        let database = backend.url();
        let server = on(&database, &clients(), &[]).unwrap();
        let admin = personal_token(&database, "admin", &[]);
        let mut metadata = client("made", Way::KeyDpop, 0, "fapi2_security");
        for name in ["client_id", "machine_user"] {
            metadata.as_object_mut().unwrap().remove(name);
        }
        metadata["grant_types"] = json!(["authorization_code", "refresh_token"]);
        let make = async |metadata: &Value, id: &str| {
            let body = json!({"id": id, "metadata": metadata});
            let request = http().post(server.at("/admin/v1/clients")).bearer_auth(&admin);
            Answer::to(request.json(&body)).await
        };
        let mut weak = metadata.clone();
        weak["require_pkce"] = false.into();
        let refused = make(&weak, "weak").await;
        assert!([400, 422].contains(&refused.status.as_u16()), "{refused:?}");
        assert!(refused.json.to_string().contains("profile fapi2_security"), "{refused:?}");
        let made = make(&metadata, "made").await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(made.json["client"]["metadata"]["profile"], "fapi2_security");
        let own = Application::named(&server, "made", Way::KeyDpop, 0).await;
        own.tokens("openid").await;
    }

    async fn oauth_2_1_has_a_code_with_pkce_and_nothing_else(backend) {
        let declared = |id: &str, changes: Value| {
            let client = json!({
                "client_id": id, "client_name": id, "profile": "oauth2_1",
                "token_endpoint_auth_methods": ["none"],
                "grant_types": ["authorization_code", "refresh_token"],
                "redirect_uris": [CALLBACK], "consent": "implicit",
                "id_token_signed_response_alg": "ES256",
                "access_token_signed_response_alg": "ES256",
            });
            merged(client, &changes)
        };
        for (changes, sentence) in [
            (
                json!({"grant_types": ["authorization_code", "implicit"],
                    "response_types": ["code", "id_token"]}),
                "profile oauth2_1: response_types is code alone",
            ),
            (
                json!({"token_endpoint_auth_methods": ["client_secret_basic"],
                    "client_secret": "secret", "require_pkce": false}),
                "profile oauth2_1: require_pkce cannot be false",
            ),
        ] {
            let clients = [declared("app", changes)];
            let log = on(&Backend::Sqlite.url(), &clients, &[]).map(drop).unwrap_err();
            assert!(log.contains(sentence), "{log}");
        }
        let settings = [("SYMBOLON_REQUESTS_IMPLICIT_AND_HYBRID", "true")];
        let server = on(&backend.url(), &[declared("app", json!({}))], &settings).unwrap();
        let party = RelyingParty::new(server.issuer(), "app", Authentication::Public).await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &party, &[]).await;
        // Its refresh tokens rotate: it is public, and nothing binds them.
        let refreshed = party.refresh(tokens.refresh_token()).await.tokens();
        assert_ne!(refreshed.refresh_token(), tokens.refresh_token());
        for (name, value, error) in [
            ("response_type", "code id_token", "unsupported_response_type"),
            ("response_type", "token", "unsupported_response_type"),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
        ] {
            let attempt = party.authorize_url(&[(name, value)]);
            let callback = browser.get(&attempt.url).await.callback();
            assert_eq!(callback.error(), error, "{name}={value}");
        }
    }

    async fn a_stranger_learns_nothing_of_the_profile_of_a_client(backend) {
        let server = shared(backend);
        let own = Application::new(server, Way::KeyDpop, 0).await;
        let form = [("grant_type", "client_credentials"), ("client_secret", "guess"),
            ("client_id", own.party.client_id.as_str())];
        let refused = own.party.token(&form).await;
        assert_eq!(said(&refused), (401, "invalid_client"));
        let nobody = [("grant_type", "client_credentials"), ("client_secret", "guess"),
            ("client_id", "nobody")];
        assert_eq!(own.party.token(&nobody).await.json, refused.json);
    }
}
