//! The life of a registration: it begins, is looked at, changes and ends.

use reqwest::Method;
use serde_json::{Value, json};
use symbolon_testkit::{Answer, Person, http, on_both_databases, rows};
use tokio::task::JoinSet;

use super::{
    OPEN, application, assert_refused, endpoint, manage, on, party, register, registered, server,
};
use crate::support::{ALICE, alice, alice_in, demo, eventually, silently};

on_both_databases! {
    async fn a_public_application_registers_signs_somebody_in_and_refreshes(backend) {
        let server = server(backend, &[OPEN]);
        let client = registered(&server, &application(&json!({"scope": "openid profile"}))).await;
        assert!(client["client_secret"].is_null(), "{client}");
        assert!(client["client_secret_expires_at"].is_null(), "{client}");
        let token = client["registration_access_token"].as_str().unwrap();
        assert!(token.starts_with("sy_rat_") && token.len() == 56, "{token}");
        let uri = client["registration_client_uri"].as_str().unwrap();
        assert!(uri.starts_with(&format!("{}/oauth/v2/register/", server.issuer())), "{uri}");
        assert!(client["client_id_issued_at"].as_i64().unwrap() > 1_700_000_000);
        let mut told = client.clone();
        for name in [
            "client_id", "client_id_issued_at", "registration_access_token",
            "registration_client_uri",
        ] {
            told.as_object_mut().unwrap().remove(name);
        }
        assert_eq!(told, json!({
            "application_type": "web",
            "client_name": "A newcomer",
            "grant_types": ["authorization_code", "refresh_token"],
            "id_token_signed_response_alg": "RS256",
            "redirect_uris": ["http://127.0.0.1:5556/callback"],
            "response_types": ["code"],
            "scope": "openid profile email address phone offline_access",
            "token_endpoint_auth_method": "none",
        }));
        let party = party(&server, &client).await;
        let tokens = alice(&party).await;
        let refreshed = party.post("token_endpoint", &[
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh_token()),
        ]).await;
        refreshed.tokens();
    }

    async fn a_confidential_application_gets_a_secret_that_is_shown_once(backend) {
        let server = server(backend, &[OPEN]);
        let members = application(&json!({"token_endpoint_auth_method": null}));
        let client = registered(&server, &members).await;
        assert_eq!(client["token_endpoint_auth_method"], "client_secret_basic");
        let secret = client["client_secret"].as_str().unwrap();
        assert!(secret.starts_with("sy_cs_"), "{secret}");
        assert_eq!(client["client_secret_expires_at"], 0);
        alice(&party(&server, &client).await).await;
        let read = manage(Method::GET, &client, None).await;
        assert_eq!(read.status, 200);
        assert!(read.json["client_secret"].is_null());
    }

    async fn people_are_asked_and_told_that_nobody_has_checked_it(backend) {
        let server = server(backend, &[OPEN]);
        let members = application(&json!({"consent": "implicit", "client_name": "Big Bank"}));
        let client = registered(&server, &members).await;
        let party = party(&server, &client).await;
        let browser = Person::new();
        let attempt = party.authorize_url(&[]);
        let page = browser.get(&attempt.url).await.page();
        let fields = [("username", "alice"), ("password", ALICE)];
        let page = browser.submit(&page.form(), &fields).await.page();
        assert!(page.url.path().contains("/consent/"), "{page:?}");
        assert!(page.body.contains("id=\"self-registered\""), "{page:?}");
        assert!(page.words().contains("This application registered itself."), "{page:?}");
        // One that an operator vouches for has no such sentence.
        let other = symbolon_testkit::RelyingParty::demo_confidential(server.issuer()).await;
        let page = browser.get(&other.authorize_url(&[]).url).await.page();
        assert!(page.url.path().contains("/consent/"), "{page:?}");
        assert!(!page.body.contains("self-registered"), "{page:?}");
    }

    async fn a_client_looks_at_its_registration_and_nobody_else_does(backend) {
        let server = server(backend, &[OPEN]);
        let client = registered(&server, &application(&json!({}))).await;
        let read = manage(Method::GET, &client, None).await;
        assert_eq!((read.status.as_u16(), &read.json), (200, &client));
        assert_eq!(read.header("cache-control"), "no-store");

        let other = registered(&server, &application(&json!({}))).await;
        let uri = client["registration_client_uri"].as_str().unwrap();
        let own = client["registration_access_token"].as_str().unwrap();
        let others = other["registration_access_token"].as_str().unwrap();
        let unknown = format!("{uri}x");
        for (uri, token) in [
            (uri, Some(others)),
            (uri, Some("x")),
            (uri, Some(&own[..own.len() - 1])),
            (uri, None),
            (unknown.as_str(), Some(own)),
        ] {
            for method in [Method::GET, Method::PUT, Method::DELETE] {
                let request = http().request(method.clone(), uri).json(&client);
                let answer = Answer::to(match token {
                    Some(token) => request.bearer_auth(token),
                    None => request,
                }).await;
                assert_eq!(answer.status, 401, "{method} {uri} {token:?}: {answer:?}");
                let challenge = answer.header("www-authenticate");
                assert!(challenge.starts_with("Bearer realm=\"registration\""), "{challenge}");
                assert_eq!(challenge.contains("invalid_token"), token.is_some(), "{challenge}");
            }
        }
    }

    async fn a_change_says_everything_anew(backend) {
        let server = server(backend, &[OPEN]);
        let members = application(&json!({
            "client_uri": "https://app.example/", "contacts": ["ops@app.example"],
            "token_endpoint_auth_method": "client_secret_post",
        }));
        let client = registered(&server, &members).await;
        let members = json!({
            "client_id": client["client_id"],
            "client_secret": client["client_secret"],
            "client_name": "Renamed",
            "redirect_uris": ["http://127.0.0.1:5556/callback", "https://app.example/cb"],
            "token_endpoint_auth_method": "client_secret_basic",
            "policy_uri": null,
        });
        let changed = manage(Method::PUT, &client, Some(&members)).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        let read = manage(Method::GET, &client, None).await;
        assert_eq!(read.json, changed.json);
        let told = &changed.json;
        assert_eq!(told["client_name"], "Renamed");
        assert_eq!(told["grant_types"], json!(["authorization_code"]));
        assert_eq!(told["redirect_uris"].as_array().unwrap().len(), 2);
        for left_out in ["client_uri", "contacts", "client_secret"] {
            assert!(told[left_out].is_null(), "{left_out}");
        }
        assert_eq!(told["registration_access_token"], client["registration_access_token"]);
        // The secret is the old one, shown by the new method.
        let mut now = told.clone();
        now["client_secret"] = client["client_secret"].clone();
        alice(&party(&server, &now).await).await;
    }

    async fn a_change_is_refused_for_another_client_or_with_another_secret(backend) {
        let server = server(backend, &[OPEN]);
        let client = registered(&server, &application(&json!({}))).await;
        for (name, value, error) in [
            ("client_id", json!("demo-web"), "invalid_client_metadata"),
            ("client_id", Value::Null, "invalid_client_metadata"),
            ("client_secret", json!("guessed"), "invalid_client_metadata"),
            ("redirect_uris", json!([]), "invalid_redirect_uri"),
            ("redirect_uris", json!(["https://app.example/#x"]), "invalid_redirect_uri"),
            ("grant_types", json!(["client_credentials"]), "invalid_client_metadata"),
        ] {
            let mut members = client.clone();
            members[name] = value;
            let answer = manage(Method::PUT, &client, Some(&members)).await;
            assert_refused(&answer, error);
        }
        let read = manage(Method::GET, &client, None).await;
        assert_eq!(read.json, client);
    }

    async fn a_client_that_becomes_confidential_gets_a_secret_and_one_that_ceases_loses_it(backend) {
        let server = server(backend, &[OPEN]);
        let client = registered(&server, &application(&json!({}))).await;
        let mut members = client.clone();
        members["token_endpoint_auth_method"] = json!("client_secret_basic");
        let confidential = manage(Method::PUT, &client, Some(&members)).await.json;
        assert!(confidential["client_secret"].is_string(), "{confidential}");
        alice(&party(&server, &confidential).await).await;
        members["token_endpoint_auth_method"] = json!("none");
        let public = manage(Method::PUT, &client, Some(&members)).await.json;
        assert!(public["client_secret"].is_null());
        alice(&party(&server, &public).await).await;
    }

    async fn a_client_that_ends_takes_its_tokens_with_it(backend) {
        let server = server(backend, &[OPEN]);
        let client = registered(&server, &application(&json!({}))).await;
        let party = party(&server, &client).await;
        let browser = Person::new();
        let tokens = alice_in(&browser, &party, &[]).await;
        assert_eq!(silently(&browser, &party, &[]).await, "");
        let ended = manage(Method::DELETE, &client, None).await;
        assert_eq!((ended.status.as_u16(), ended.json), (204, Value::Null));
        for method in [Method::GET, Method::DELETE] {
            assert_eq!(manage(method, &client, None).await.status, 401);
        }
        let refreshed = party.post("token_endpoint", &[
            ("grant_type", "refresh_token"),
            ("refresh_token", tokens.refresh_token()),
        ]).await;
        assert_eq!(refreshed.error(), "invalid_client");
        let page = browser.get(&party.authorize_url(&[]).url).await.page();
        assert_eq!(page.status, 400);
        let userinfo = party.endpoint("userinfo_endpoint");
        eventually("the access token is dead", async || {
            let request = http().get(userinfo.clone()).bearer_auth(&tokens.access_token);
            Answer::to(request).await.status == 401
        }).await;
    }

    async fn nobody_registers_where_it_is_off(backend) {
        let server = demo(backend);
        let document = server.at("/.well-known/openid-configuration");
        let metadata = Answer::to(http().get(document)).await.json;
        assert!(metadata["registration_endpoint"].is_null());
        assert!(metadata["client_id_metadata_document_supported"].is_null());
        let request = http().post(server.at("/oauth/v2/register")).json(&application(&json!({})));
        assert_eq!(Answer::to(request).await.status, 404);
    }

    async fn there_are_as_many_as_there_may_be(backend) {
        let server = server(backend, &[OPEN, ("SYMBOLON_CLIENTS_REGISTRATION_LIMIT", "3")]);
        let address = endpoint(&server).await;
        let mut crowd = JoinSet::new();
        for _ in 0..8 {
            let request = http().post(&address).json(&application(&json!({})));
            crowd.spawn(Answer::to(request));
        }
        let mut made = Vec::new();
        for answer in crowd.join_all().await {
            match answer.status.as_u16() {
                201 => made.push(answer.json),
                503 => assert!(!answer.header("retry-after").is_empty()),
                _ => panic!("{answer:?}"),
            }
        }
        assert_eq!(made.len(), 3);
        // Whoever goes makes room.
        assert_eq!(manage(Method::DELETE, &made[0], None).await.status, 204);
        registered(&server, &application(&json!({}))).await;
        assert_eq!(register(&server, None, &application(&json!({}))).await.status, 503);
    }

    async fn one_address_registers_so_many_within_an_hour(backend) {
        let server = server(backend, &[OPEN, ("SYMBOLON_CLIENTS_REGISTRATION_PER_HOUR", "2")]);
        registered(&server, &application(&json!({}))).await;
        // What is refused does not count.
        let wrong = application(&json!({"redirect_uris": []}));
        assert_refused(&register(&server, None, &wrong).await, "invalid_redirect_uri");
        registered(&server, &application(&json!({}))).await;
        let answer = register(&server, None, &application(&json!({}))).await;
        assert_eq!(answer.status, 429);
        assert_eq!(answer.header("retry-after"), "3600");
    }

    async fn what_is_secret_is_not_stored(backend) {
        let database = backend.url();
        let server = on(&database, &[OPEN]);
        let members = application(&json!({"token_endpoint_auth_method": "client_secret_basic"}));
        let client = registered(&server, &members).await;
        let stored = rows(&database).join("\n");
        let log = server.log();
        for secret in ["client_secret", "registration_access_token"] {
            let secret = client[secret].as_str().unwrap();
            assert!(!stored.contains(secret) && !log.contains(secret), "{secret}");
        }
        let id = client["client_id"].as_str().unwrap();
        assert!(stored.contains(id) && stored.contains("client.register"));
    }

    async fn a_declared_state_leaves_those_alone_that_came_by_themselves(backend) {
        let database = backend.url();
        let server = on(&database, &[OPEN]);
        let client = registered(&server, &application(&json!({}))).await;
        let id = client["client_id"].as_str().unwrap();
        let exported = crate::support::run(&["export", "--database", &database]);
        assert!(exported.contains("demo-web") && !exported.contains(id), "{exported}");
        let state = json!({"clients": [{
            "client_id": id, "client_name": "Taken over", "consent": "implicit",
            "grant_types": ["authorization_code"], "token_endpoint_auth_methods": ["none"],
            "redirect_uris": ["https://evil.example/"],
        }]});
        let state = crate::support::file(&state.to_string());
        let path = state.path().to_str().unwrap();
        let refused = crate::support::symbolon(&["apply", "--database", &database, "-f", path]);
        assert!(!refused.status.success());
        let printed = crate::support::printed(&refused);
        assert!(printed.contains("registered itself"), "{printed}");
    }
}
