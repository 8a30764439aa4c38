//! `fapi2-security-profile-final-`: the authorization endpoint, and what was pushed for it.

use serde_json::json;
use symbolon_testkit::{Answers, Person, jwt_payload, on_both_databases};

use super::{Application, Way, application::answered, each, said, server, shared};
use crate::support::{ALICE, denying};

on_both_databases! {
    async fn user_rejects_authentication(backend) {
        // What is denied is asked again: on a server of its own.
        let server = server(backend, &[]);
        for way in Way::ALL {
            let own = Application::named(&server, &format!("{}-asking", way.name()), way, 0).await;
            let attempt = own.party.authorize_url(&[]);
            let carried = own.carried(&attempt, &own.push(&attempt).await);
            let callback = Person::new().walk(&carried.url, denying("alice", ALICE)).await.callback();
            let answer = answered(&own, &attempt, &callback);
            assert_eq!(answer["error"], "access_denied");
        }
    }

    async fn ensure_authorization_request_without_state_success(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]).without("state");
            let callback = own.authorize(&attempt).await;
            let answer = answered(&own, &attempt, &callback);
            assert!(!answer.contains_key("state"));
            let tokens = own.redeeming(&attempt, &answer["code"]).send().await;
            let claims = jwt_payload(tokens.json["id_token"].as_str().unwrap());
            assert!(claims.get("s_hash").is_none(), "{claims}");
        }
    }

    async fn ensure_authorization_request_without_nonce_success(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]).without("nonce");
            let code = own.code(&attempt).await;
            let tokens = own.redeeming(&attempt, &code).send().await;
            let claims = jwt_payload(tokens.json["id_token"].as_str().unwrap());
            assert!(claims.get("nonce").is_none(), "{claims}");
        }
    }

    async fn ensure_authorization_request_with_64_char_nonce_success(backend) {
        nonces_come_back(backend, 64).await;
    }

    async fn ensure_authorization_request_with_long_nonce(backend) {
        nonces_come_back(backend, 384).await;
    }

    async fn ensure_authorization_request_with_long_state(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[("state", &"s".repeat(384))]);
            let callback = own.authorize(&attempt).await;
            assert_eq!(answered(&own, &attempt, &callback)["state"].len(), 384);
        }
    }

    async fn ensure_other_scope_order_succeeds(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let scope = "email profile openid";
            let tokens = own.tokens(scope).await;
            let granted = tokens["scope"].as_str().unwrap();
            for word in scope.split(' ') {
                assert!(granted.split(' ').any(|own| own == word), "{granted}");
            }
        }
    }

    async fn test_claims_parameter_identity_claims(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            // Of those that claims_supported names, what alice has.
            let names = ["name", "given_name", "family_name", "email", "email_verified", "phone_number"];
            let supported = own.party.metadata["claims_supported"].to_string();
            let mut asked = json!({});
            for name in names {
                assert!(supported.contains(&format!("\"{name}\"")), "{supported}");
                asked[name] = json!({"essential": true});
            }
            let claims = json!({"id_token": asked, "userinfo": asked}).to_string();
            let attempt = own.party.authorize_url(&[("claims", &claims)]);
            let code = own.code(&attempt).await;
            let tokens = own.redeeming(&attempt, &code).send().await.json;
            let id = jwt_payload(tokens["id_token"].as_str().unwrap());
            let token = tokens["access_token"].as_str().unwrap();
            let userinfo = own.presenting(token).send().await.json;
            for name in names {
                assert!(!id[name].is_null(), "{name}: {id}");
                assert_eq!(id[name], userinfo[name], "{name}");
            }
        }
    }

    async fn ensure_different_nonce_inside_and_outside_request_object(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let carried = own.carried(&attempt, &own.push(&attempt).await).with("nonce", "outside");
            let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
            let tokens = own.redeeming(&attempt, callback.code()).send().await;
            let claims = jwt_payload(tokens.json["id_token"].as_str().unwrap());
            assert_eq!(claims["nonce"], attempt.nonce);
        }
    }

    async fn ensure_different_state_inside_and_outside_request_object(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let mut carried = own.carried(&attempt, &own.push(&attempt).await);
            carried.url.query_pairs_mut().append_pair("state", "outside");
            let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
            assert_eq!(answered(&own, &attempt, &callback)["state"], attempt.state);
        }
    }

    async fn state_only_outside_request_object_not_used(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]).without("state");
            let mut carried = own.carried(&attempt, &own.push(&attempt).await);
            carried.url.query_pairs_mut().append_pair("state", "outside");
            let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
            assert_eq!(callback.parameter("state"), None);
        }
    }

    async fn par_without_duplicate_parameters(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let carried = own.carried(&attempt, &own.push(&attempt).await);
            let names: Vec<_> = carried.url.query_pairs().map(|(name, _)| name.into_owned()).collect();
            assert_eq!(names, ["client_id", "request_uri"]);
            let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
            answered(&own, &attempt, &callback);
        }
    }

    async fn ensure_unsigned_authorization_request_without_using_par_fails(backend) {
        for own in each(shared(backend), &Way::ALL).await {
            let attempt = own.party.authorize_url(&[]);
            let callback = Person::new().walk(&attempt.url, Answers::of("alice", ALICE)).await.callback();
            let answer = answered(&own, &attempt, &callback);
            assert_eq!(answer["error"], "invalid_request");
            assert!(!answer.contains_key("code"));
            // Nor by value, signed as it may be.
            let object = own.object(&attempt).sign();
            let by_value = attempt.carrying(&[
                ("client_id", own.party.client_id.as_str()),
                ("request", &object),
                ("redirect_uri", &own.party.redirect_uri),
            ]);
            let callback = Person::new().get(&by_value.url).await.callback();
            assert_eq!(callback.error(), "invalid_request");
        }
    }

    async fn ensure_response_type_code_idtoken_fails(backend) {
        response_type_fails(backend, "code id_token").await;
    }

    async fn ensure_response_type_token_fails(backend) {
        response_type_fails(backend, "token").await;
    }
}

async fn nonces_come_back(backend: symbolon_testkit::Backend, length: usize) {
    for own in each(shared(backend), &Way::ALL).await {
        let nonce = "n".repeat(length);
        let attempt = own.party.authorize_url(&[("nonce", &nonce)]);
        let code = own.code(&attempt).await;
        let tokens = own.redeeming(&attempt, &code).send().await;
        let claims = jwt_payload(tokens.json["id_token"].as_str().unwrap());
        assert_eq!(claims["nonce"], nonce);
    }
}

/// Even where the server hands out such tokens to others.
async fn response_type_fails(backend: symbolon_testkit::Backend, kind: &str) {
    let settings = [("SYMBOLON_REQUESTS_IMPLICIT_AND_HYBRID", "true")];
    let server = server(backend, &settings);
    for own in each(&server, &Way::ALL).await {
        let attempt = own.party.authorize_url(&[("response_type", kind)]);
        let pushed = own.pushing(&attempt).send().await;
        assert_eq!(
            said(&pushed),
            (400, "unsupported_response_type"),
            "{:?}",
            own.way
        );
    }
}
