//! What a request may be, and whom it may name.

use serde_json::json;
use symbolon_testkit::{Answer, http, jwt_payload, on_both_databases};

use super::{
    GRANT, SECRET, alice_at_home, answer, approvals, ask, auth_req_id, begin, clients, decide,
    listed, only_request, poll, post, server, server_on,
};
use crate::support::{ALICE_ID, apply, file, printed, symbolon};

on_both_databases! {
    async fn exactly_one_hint_names_somebody(backend) {
        let server = server(backend);
        let alice = ("login_hint", "alice");
        let scope = ("scope", "openid");
        for (form, error) in [
            (&[scope][..], "invalid_request"),
            (&[scope, ("login_hint", "")], "invalid_request"),
            (&[scope, alice, ("id_token_hint", "x")], "invalid_request"),
            (&[scope, alice, ("login_hint_token", "x")], "invalid_request"),
            (&[scope, ("login_hint_token", "x")], "invalid_request"),
            (&[scope, ("id_token_hint", "x")], "invalid_request"),
            (&[scope, ("login_hint", "nobody")], "unknown_user_id"),
            (&[scope, ("login_hint", "demo-machine")], "unknown_user_id"),
            (&[scope, ("login_hint", "a\u{0}b")], "invalid_request"),
            (&[scope, ("login_hint", &"x".repeat(3000))], "unknown_user_id"),
        ] {
            let answer = ask(&server, "plain", form).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (400, error), "{form:?}: {answer:?}");
            assert_eq!(answer.header("cache-control"), "no-store");
        }
        for spelling in ["alice", " Alice ", "ALICE"] {
            auth_req_id(&ask(&server, "plain", &[scope, ("login_hint", spelling)]).await);
        }
    }

    async fn an_id_token_of_the_client_names_its_subject_and_that_of_another_does_not(backend) {
        let server = server(backend);
        let id = begin(&server, "plain", &[]).await;
        answer(&server, "allow").await;
        let id_token = poll(&server, "plain", &id).await.tokens().id_token.unwrap();
        assert_eq!(jwt_payload(&id_token)["sub"], ALICE_ID);
        let form = [("scope", "openid"), ("id_token_hint", id_token.as_str())];
        auth_req_id(&ask(&server, "plain", &form).await);
        let person = alice_at_home(&server).await;
        only_request(&person, &server).await;
        assert_eq!(ask(&server, "other", &form).await.error(), "invalid_request");
        let altered = format!("{id_token}x");
        let form = [("scope", "openid"), ("id_token_hint", altered.as_str())];
        assert_eq!(ask(&server, "plain", &form).await.error(), "invalid_request");
    }

    async fn openid_has_to_be_asked_for_and_what_is_not_registered_is_left_out(backend) {
        let server = server(backend);
        for (scope, error) in [
            ("", "invalid_scope"),
            ("profile", "invalid_scope"),
            ("\"openid\"", "invalid_scope"),
            ("openid urn:symbolon:organization:acme urn:symbolon:organization:globex", "invalid_scope"),
            // Alice has roles in both; nobody has any there.
            ("openid urn:symbolon:organization:nowhere", "unknown_user_id"),
        ] {
            let form = [("scope", scope), ("login_hint", "alice")];
            assert_eq!(ask(&server, "plain", &form).await.error(), error, "{scope}");
        }
        let form = [("scope", "openid"), ("login_hint", "alice"), ("resource", "https://other.example")];
        assert_eq!(ask(&server, "plain", &form).await.error(), "invalid_target");
    }

    async fn fapi_ciba_id1_ensure_other_scope_order_succeeds(backend) {
        let server = server(backend);
        let id = begin(&server, "plain", &[("scope", "invoices.read unknown openid")]).await;
        answer(&server, "allow").await;
        let tokens = poll(&server, "plain", &id).await.tokens();
        assert_eq!(tokens.json["scope"], "invoices.read openid");
        assert!(tokens.id_token.is_some());
    }

    async fn fapi_ciba_id1_ensure_authorization_request_with_potentially_bad_binding_message(backend) {
        let server = server(backend);
        for message in [
            "\u{202e}4321",
            "two\nlines",
            &"1234 ✓ ".repeat(40),
            "   ",
        ] {
            let form = [("scope", "openid"), ("login_hint", "alice"), ("binding_message", message)];
            let answer = ask(&server, "plain", &form).await;
            let found = (answer.status.as_u16(), answer.error());
            assert_eq!(found, (400, "invalid_binding_message"), "{message}: {answer:?}");
        }
    }

    async fn requested_expiry_is_a_number_and_ours_is_the_longest(backend) {
        let server = server(backend);
        for (wanted, got) in [("30", Some(30)), ("4294967296", Some(300)), ("99999", Some(300))] {
            let form = [("scope", "openid"), ("login_hint", "alice"), ("requested_expiry", wanted)];
            let answer = ask(&server, "plain", &form).await;
            assert_eq!(answer.json["expires_in"].as_u64(), got, "{answer:?}");
        }
        for wrong in ["0", "-1", "1.5", "+5", "ten", " 5"] {
            let form = [("scope", "openid"), ("login_hint", "alice"), ("requested_expiry", wrong)];
            assert_eq!(ask(&server, "plain", &form).await.error(), "invalid_request", "{wrong}");
        }
    }

    async fn fapi_ciba_id1_ensure_wrong_client_id_in_backchannel_authorization_request(backend) {
        let server = server(backend);
        let form = [("scope", "openid"), ("login_hint", "alice")];
        assert_eq!(ask(&server, "nobody", &form).await.error(), "invalid_client");
        assert_eq!(ask(&server, "no-grant", &form).await.error(), "unauthorized_client");
        // To those it is not told either who there is.
        let form = [("scope", "openid"), ("login_hint", "nobody")];
        assert_eq!(ask(&server, "no-grant", &form).await.error(), "unauthorized_client");
        let wrong = [("scope", "openid"), ("login_hint", "nobody"), ("client_id", "plain"), ("client_secret", "no")];
        let url = server.at("/oauth/v2/bc-authorize");
        let answer = Answer::to(http().post(url).form(&wrong)).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (401, "invalid_client"));
        let twice = [("scope", "openid"), ("login_hint", "alice"), ("login_hint", "bob")];
        assert_eq!(ask(&server, "plain", &twice).await.error(), "invalid_request");
        let get = http().get(server.at("/oauth/v2/bc-authorize"));
        assert_eq!(Answer::to(get).await.status, 405);
    }

    async fn a_client_cannot_flood_a_person(backend) {
        let server = server(backend);
        let form = [("scope", "openid"), ("login_hint", "alice")];
        for _ in 0..5 {
            auth_req_id(&ask(&server, "plain", &form).await);
        }
        let refused = ask(&server, "plain", &form).await;
        assert_eq!((refused.status.as_u16(), refused.error()), (429, "access_denied"), "{refused:?}");
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=2).contains(&wait), "{wait}");
        // Other clients, and other people, are not in the way of each other.
        auth_req_id(&ask(&server, "other", &form).await);
        auth_req_id(&ask(&server, "plain", &[("scope", "openid"), ("login_hint", "bob")]).await);
        let person = alice_at_home(&server).await;
        let page = approvals(&person, &server).await;
        let addresses = listed(&page);
        assert_eq!(addresses.len(), 6, "{page:?}");
        // A yes to one of them makes a new beginning.
        let mut allowed = false;
        for address in addresses {
            let page = person.get(server.at(&address)).await.page();
            if !allowed && page.words().contains("The Client plain") {
                decide(&person, &page, "allow").await;
                allowed = true;
            }
        }
        assert!(allowed);
        auth_req_id(&ask(&server, "plain", &form).await);
    }

    async fn a5_3_a_client_cannot_find_out_who_there_is(backend) {
        let server = server(backend);
        let mut crowd = tokio::task::JoinSet::new();
        for number in 0..100 {
            let url = server.at("/oauth/v2/bc-authorize");
            crowd.spawn(async move {
                let name = format!("nobody-{number}");
                let form = [
                    ("client_id", "plain"), ("client_secret", SECRET), ("scope", "openid"),
                    ("login_hint", &name),
                ];
                let request = http().post(url).form(&form);
                Answer::to(request).await
            });
        }
        for answer in crowd.join_all().await {
            assert_eq!(answer.error(), "unknown_user_id", "{answer:?}");
        }
        // From then on it is told nothing of anybody.
        for name in ["alice", "nobody"] {
            let answer = ask(&server, "plain", &[("scope", "openid"), ("login_hint", name)]).await;
            assert_eq!((answer.status.as_u16(), answer.error()), (429, "access_denied"), "{answer:?}");
        }
        begin(&server, "other", &[]).await;
    }

    async fn a_registration_that_does_not_fit_together_is_refused(backend) {
        let database = backend.url();
        let _server = server_on(&database, None, &[]);
        let mut plain = clients(None)["clients"][0].clone();
        plain["client_id"] = json!("new");
        for (name, value, part) in [
            ("token_endpoint_auth_methods", json!(["none"]), "confidential"),
            ("backchannel_token_delivery_mode", json!("push"), "`poll` or `ping`"),
            ("backchannel_token_delivery_mode", json!("ping"), "notification_endpoint"),
            ("backchannel_client_notification_endpoint", json!("https://a.example/told"), "notification_endpoint"),
            ("backchannel_client_notification_endpoint", json!("javascript:alert(1)"), "client new"),
            ("backchannel_authentication_request_signing_alg", json!("ES256"), "public keys"),
            ("backchannel_authentication_request_signing_alg", json!("none"), "client new"),
            ("grant_types", json!(["refresh_token", "authorization_code"]), "ciba"),
        ] {
            let mut client = plain.clone();
            client[name] = value.clone();
            if name == "token_endpoint_auth_methods" {
                client.as_object_mut().unwrap().remove("client_secret");
            }
            if name == "grant_types" {
                client["redirect_uris"] = json!(["https://a.example/"]);
            }
            let state = file(&json!({"clients": [client]}).to_string());
            let path = state.path().to_str().unwrap();
            let output = symbolon(&["apply", "--database", &database, "-f", path]);
            assert!(!output.status.success(), "{name} {value}");
            assert!(printed(&output).contains(part), "{name} {value}: {}", printed(&output));
        }
        apply(&database, &json!({"clients": [plain]}).to_string());
    }

    async fn who_waits_for_something_else_is_answered_in_its_own_words(backend) {
        let server = server(backend);
        let id = begin(&server, "plain", &[]).await;
        // A device code is none, and the other way round.
        let form = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", id.as_str())];
        assert_eq!(post(&server, "/oauth/v2/token", "plain", &form).await.error(), "unauthorized_client");
        let form = [("grant_type", GRANT), ("device_code", id.as_str())];
        assert_eq!(post(&server, "/oauth/v2/token", "plain", &form).await.error(), "invalid_request");
    }
}
