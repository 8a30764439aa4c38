//! Request objects (RFC 9101, OIDC Core §6.1).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use symbolon_jose::{Algorithm, SigningKey};
use symbolon_testkit::{
    Attempt, Callback, Person, RelyingParty, Step, now, on_both_databases, unsigned_jwt,
};

use super::{claims, confidential, key, server, shared, signed_in};
use crate::support::{CALLBACK, public, silently};

const TYPE: &str = "oauth-authz-req+jwt";

on_both_databases! {
    async fn a_signed_request_is_carried_out(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        assert_eq!(party.metadata["request_parameter_supported"], true);
        let browser = signed_in(server).await;
        for (algorithm, typ) in [
            (Algorithm::ES256, TYPE),
            (Algorithm::PS256, "JWT"),
            (Algorithm::ES256, "application/oauth-authz-req+jwt"),
        ] {
            let attempt = party.authorize_url(&[("max_age", "1000"), ("claims", r#"{"id_token":{"email":null}}"#)]);
            // A number and an object, as JSON has them.
            let changes = json!({ "max_age": 1000, "claims": { "id_token": { "email": null } } });
            let object = key(algorithm).sign(typ, &claims(&party, &attempt, changes)).unwrap();
            let callback = browser.get(&by_value(&party, &attempt, &object).url).await.callback();
            let tokens = party.finish(&attempt, &callback).await;
            let id_token = symbolon_testkit::jwt_payload(tokens.id_token());
            assert!(id_token["email"].is_string(), "{id_token}");
        }
    }

    async fn a3_7_nothing_beside_an_object_counts(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        let browser = signed_in(server).await;
        let attempt = party.authorize_url(&[]).without("prompt");
        let object = sign(&claims(&party, &attempt, json!({})));
        let carried = attempt.carrying(&[
            ("client_id", "signing"),
            ("response_type", "code"),
            ("request", &object),
            ("state", "outside"),
            ("nonce", "outside"),
            ("scope", "openid email"),
            ("redirect_uri", "https://evil.example/"),
            ("response_mode", "form_post"),
            ("prompt", "login"),
        ]);
        let callback = browser.get(&carried.url).await.callback();
        let tokens = party.finish(&attempt, &callback).await;
        assert_eq!(tokens.json["scope"], "openid");
    }

    async fn the_object_is_kept_while_the_person_signs_in(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        let attempt = party.authorize_url(&[]);
        // Over before the person has typed anything: it was good when it came.
        let object = sign(&claims(&party, &attempt, json!({ "exp": now() + 2 })));
        let browser = Person::new();
        let page = browser.get(&by_value(&party, &attempt, &object).url).await.page();
        crate::support::seconds_pass(2).await;
        let step = crate::support::type_in(&browser, &page, "alice", crate::support::ALICE).await;
        party.finish(&attempt, &step.callback()).await;
    }

    async fn an_object_that_is_not_the_clients_is_refused(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        let attempt = party.authorize_url(&[]);
        let good = sign(&claims(&party, &attempt, json!({})));
        let stranger = SigningKey::generate(Algorithm::ES256).unwrap();
        let (head, signature) = good.rsplit_once('.').unwrap();
        let [header, payload] = head.split('.').collect::<Vec<_>>()[..] else { panic!() };
        let other_payload = URL_SAFE_NO_PAD.encode(claims(&party, &attempt, json!({ "scope": "openid email" })).to_string());
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let hmac = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#);
        for object in [
            stranger.sign(TYPE, &claims(&party, &attempt, json!({}))).unwrap(),
            key(Algorithm::ES256).sign("at+jwt", &claims(&party, &attempt, json!({}))).unwrap(),
            key(Algorithm::ES256).sign("dpop+jwt", &claims(&party, &attempt, json!({}))).unwrap(),
            format!("{header}.{other_payload}.{signature}"),
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{hmac}.{payload}.{signature}"),
            format!("{head}."),
            format!("{good}."),
            format!("{good}.a.b"),
            good.replace('.', ".."),
            "x".repeat(3_000),
            "e30.e30.e30".to_owned(),
            "\u{0}".to_owned(),
        ] {
            let callback = refused(&party, &attempt, &object).await;
            let Some(callback) = callback else { continue };
            assert_eq!(callback.error(), "invalid_request_object", "{object}");
            assert_eq!(callback.parameter("code"), None);
            assert_eq!(callback.parameter("state"), Some(&*attempt.state));
        }
    }

    async fn each_wrong_claim_is_refused(backend) {
        let server = shared(backend);
        let party = public(server, "signing").await;
        let attempt = party.authorize_url(&[]);
        for changes in [
            json!({ "client_id": "pushing" }),
            json!({ "client_id": Value::Null }),
            json!({ "client_id": ["signing"] }),
            json!({ "iss": "pushing" }),
            json!({ "iss": party.metadata["issuer"] }),
            json!({ "aud": "https://other.example" }),
            json!({ "aud": [] }),
            json!({ "exp": now() - 1 }),
            json!({ "exp": "never" }),
            json!({ "nbf": now() + 60 }),
            json!({ "sub": "signing" }),
            json!({ "response_type": "id_token" }),
            json!({ "request": "a.b.c" }),
            json!({ "request_uri": "urn:x" }),
            json!({ "state": "a\u{0}b" }),
        ] {
            let object = sign(&claims(&party, &attempt, changes.clone()));
            let callback = refused(&party, &attempt, &object).await.unwrap();
            assert_eq!(callback.error(), "invalid_request_object", "{changes}");
        }
        // What is in it is checked as if it stood in the request.
        for (changes, error) in [
            (json!({ "scope": "nobody.knows" }), "invalid_scope"),
            (json!({ "response_mode": "pigeon" }), "invalid_request"),
            (json!({ "response_type": Value::Null }), "invalid_request"),
            (json!({ "code_challenge": Value::Null }), "invalid_request"),
            (json!({ "max_age": -1 }), "invalid_request"),
            (json!({ "max_age": "soon" }), "invalid_request"),
            (json!({ "prompt": ["none"] }), "invalid_request"),
            (json!({ "claims": "nonsense" }), "invalid_request"),
            (json!({ "nonce": "x".repeat(2_049) }), "invalid_request"),
            (json!({ "registration": {} }), "registration_not_supported"),
        ] {
            let object = sign(&claims(&party, &attempt, changes.clone()));
            let callback = refused(&party, &attempt, &object).await.unwrap();
            assert_eq!(callback.error(), error, "{changes}");
        }
        // Nowhere to answer to, inside.
        for changes in [json!({ "redirect_uri": "https://evil.example/" }), json!({ "redirect_uri": Value::Null })] {
            let object = sign(&claims(&party, &attempt, changes));
            let step = Person::new().get(&by_value(&party, &attempt, &object).url).await;
            assert_eq!(step.page().status, 400);
        }
    }

    async fn with_two_sources_there_is_none(backend) {
        let party = public(shared(backend), "signing").await;
        let attempt = party.authorize_url(&[("request", "a.b.c"), ("request_uri", "urn:ietf:params:oauth:request_uri:x")]);
        let callback = Person::new().get(&attempt.url).await.callback();
        party.check_callback(&attempt, &callback);
        assert_eq!(callback.error(), "invalid_request");
    }

    async fn a_client_without_keys_has_no_request_objects(backend) {
        let server = shared(backend);
        let party = confidential(server, "pushing-other").await;
        let attempt = party.authorize_url(&[]);
        let object = sign(&claims(&party, &attempt, json!({})));
        let error = silently(&Person::new(), &party, &[("request", &object)]).await;
        assert_eq!(error, "request_not_supported");
    }

    async fn an_unsigned_object_needs_the_registration_and_the_setting(backend) {
        let on = shared(backend);
        let party = public(on, "not-signing").await;
        let supported = party.metadata["request_object_signing_alg_values_supported"].as_array().unwrap();
        assert!(supported.contains(&"none".into()));
        let browser = signed_in(on).await;
        let attempt = party.authorize_url(&[]);
        let object = unsigned_jwt(&claims(&party, &attempt, json!({})));
        let callback = browser.get(&by_value(&party, &attempt, &object).url).await.callback();
        party.finish(&attempt, &callback).await;
        // Signed is another thing than unsigned.
        let signed = sign(&claims(&party, &attempt, json!({})));
        let callback = refused(&party, &attempt, &signed).await.unwrap();
        assert_eq!(callback.error(), "invalid_request_object");
        // Not for a client with keys.
        let other = public(on, "signing").await;
        let attempt = other.authorize_url(&[]);
        let object = unsigned_jwt(&claims(&other, &attempt, json!({})));
        let callback = refused(&other, &attempt, &object).await.unwrap();
        assert_eq!(callback.error(), "invalid_request_object");

        let off = server(backend, &[]);
        let party = public(&off, "not-signing").await;
        let attempt = party.authorize_url(&[]);
        let object = unsigned_jwt(&claims(&party, &attempt, json!({})));
        let callback = refused(&party, &attempt, &object).await.unwrap();
        assert_eq!(callback.error(), "request_not_supported");
    }

    // The modules of the plan FAPI 2.0 Message Signing, by their names.
    async fn fapi2_message_signing(backend) {
        let server = shared(backend);
        let party = confidential(server, "signing-strictly").await;
        let browser = signed_in(server).await;
        let attempt = party.authorize_url(&[]);
        let issuer = party.metadata["issuer"].clone();
        for (module, changes) in [
            ("ensure-request-object-with-multiple-aud-succeeds", json!({ "aud": ["https://other.example", issuer] })),
            ("ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted", json!({ "nbf": now() + 8 })),
            ("happy-flow", json!({})),
        ] {
            let object = sign(&claims(&party, &attempt, changes));
            let callback = browser.get(&by_value(&party, &attempt, &object).url).await.callback();
            assert_eq!(callback.error(), "", "{module}");
            party.finish(&attempt, &callback).await;
        }
        for (module, changes) in [
            ("ensure-request-object-without-exp-fails", json!({ "exp": Value::Null })),
            ("ensure-request-object-without-nbf-fails", json!({ "nbf": Value::Null })),
            ("ensure-expired-request-object-fails", json!({ "exp": now() - 10 })),
            ("ensure-request-object-with-bad-aud-fails", json!({ "aud": "https://other.example" })),
            ("ensure-request-object-with-exp-over-60-fails", json!({ "exp": now() + 4_200 })),
            ("ensure-request-object-with-nbf-over-60-fails", json!({ "nbf": now() - 4_200 })),
        ] {
            let object = sign(&claims(&party, &attempt, changes));
            let callback = refused(&party, &attempt, &object).await.unwrap();
            assert_eq!(callback.error(), "invalid_request_object", "{module}");
        }
        let all = claims(&party, &attempt, json!({}));
        let stranger = SigningKey::generate(Algorithm::ES256).unwrap();
        for (module, object) in [
            // Another algorithm than the client registered, with a key that it did register.
            ("ensure-signed-request-object-with-RS256-fails", key(Algorithm::PS256).sign(TYPE, &all).unwrap()),
            ("ensure-request-object-signature-algorithm-is-not-none", unsigned_jwt(&all)),
            ("ensure-request-object-with-invalid-signature-fails", format!("{}A", sign(&all))),
            ("ensure-matching-key-in-authorization-request", stranger.sign(TYPE, &all).unwrap()),
        ] {
            let callback = refused(&party, &attempt, &object).await.unwrap();
            assert_eq!(callback.error(), "invalid_request_object", "{module}");
        }
        // A plain request of a client that has to sign.
        let callback = browser.get(&attempt.url).await.callback();
        assert_eq!(callback.error(), "invalid_request");
    }

    async fn a_state_with_contradictory_request_objects_is_refused(backend) {
        for (client, complaint) in [
            ("require_signed_request_object: true", "jwks"),
            ("request_object_signing_alg: ES256", "jwks"),
            ("request_object_signing_alg: HS256", "request objects are signed with"),
            ("request_object_signing_alg: none\n    require_signed_request_object: true\n    jwks_uri: https://app.example/keys", "do not go with none"),
            ("jwks: {keys: []}", "it has no key"),
            ("response_types: []", "response_types"),
            ("response_types: [token]", "response types are"),
            ("response_types: [code, id_token]", "implicit"),
            ("response_modes: [pigeon]", "pigeon"),
            ("require_pkce: false", "require_pkce"),
            ("initiate_login_uri: http://127.0.0.1/login", "https"),
            ("initiate_login_uri: javascript:alert(1)", "runs code"),
        ] {
            let state = crate::support::file(&format!(
                "clients:\n  - client_id: wrong\n    client_name: Wrong\n    \
                 token_endpoint_auth_methods: [none]\n    grant_types: [authorization_code]\n    \
                 redirect_uris: [http://127.0.0.1:5556/callback]\n    {client}\n"
            ));
            let path = state.path().to_str().unwrap();
            let url = backend.url();
            crate::support::run(&["migrate", "--database", &url]);
            let output = crate::support::symbolon(&["apply", "--database", &url, "-f", path]);
            let printed = crate::support::printed(&output);
            assert!(!output.status.success(), "{client}: {printed}");
            assert!(printed.contains(complaint), "{client}: {printed}");
        }
    }
}

fn sign(claims: &Value) -> String {
    key(Algorithm::ES256).sign(TYPE, claims).unwrap()
}

/// What the browser carries of a request object: beside it what OIDC Core §6.1 wants there.
fn by_value(party: &RelyingParty, attempt: &Attempt, object: &str) -> Attempt {
    attempt.carrying(&[
        ("client_id", &party.client_id),
        ("response_type", "code"),
        ("redirect_uri", CALLBACK),
        ("state", &attempt.state),
        ("request", object),
    ])
}

/// The error that the client gets; `None` when the request could not even be read.
async fn refused(party: &RelyingParty, attempt: &Attempt, object: &str) -> Option<Callback> {
    match Person::new()
        .get(&by_value(party, attempt, object).url)
        .await
    {
        Step::Callback(callback) => Some(callback),
        Step::Page(page) => {
            assert!(page.status.is_client_error(), "{page:?}");
            None
        }
    }
}
