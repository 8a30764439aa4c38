//! From the request to the tokens.

use serde_json::json;
use symbolon_testkit::{Answer, http, jwt_payload, on_both_databases};

use super::{
    GRANT, KEYS, alice_at_home, answer, approvals, ask, auth_req_id, begin, decide, object,
    object_claims, only_request, poll, post, post_signed, server, server_on,
};
use crate::support::{ALICE_ID, seconds_pass};

on_both_databases! {
    async fn fapi_ciba_id1_discovery_end_point_verification(backend) {
        let server = server(backend);
        let document = Answer::to(http().get(server.at("/.well-known/openid-configuration"))).await.json;
        assert_eq!(document["backchannel_authentication_endpoint"], server.at("/oauth/v2/bc-authorize"));
        assert_eq!(document["backchannel_token_delivery_modes_supported"], json!(["poll", "ping"]));
        assert_eq!(document["backchannel_user_code_parameter_supported"], false);
        let algorithms = &document["backchannel_authentication_request_signing_alg_values_supported"];
        assert!(algorithms.as_array().unwrap().contains(&json!("PS256")), "{algorithms}");
        assert!(document["grant_types_supported"].as_array().unwrap().contains(&json!(GRANT)));
    }

    async fn fapi_ciba_id1(backend) {
        let server = server(backend);
        let key = &KEYS[2];
        let signed = object(key, &object_claims(&server, "fapi"));
        let form = [("request", signed.as_str())];
        let asked = post_signed(&server, "/oauth/v2/bc-authorize", "fapi", key, &form).await;
        let id = auth_req_id(&asked);
        assert!(id.len() >= 48, "256 bits: {id}");
        assert_eq!(asked.json["expires_in"], 300);
        assert_eq!(asked.json["interval"], 2);
        assert_eq!(asked.header("cache-control"), "no-store");
        let form = [("grant_type", GRANT), ("auth_req_id", id.as_str())];
        let pending = post_signed(&server, "/oauth/v2/token", "fapi", key, &form).await;
        assert_eq!((pending.status.as_u16(), pending.error()), (400, "authorization_pending"));
        answer(&server, "allow").await;
        seconds_pass(2).await;
        let got = post_signed(&server, "/oauth/v2/token", "fapi", key, &form).await;
        assert_eq!(got.status, 200, "{got:?}");
        let tokens = got.tokens();
        let told = jwt_payload(tokens.id_token.as_deref().unwrap());
        assert_eq!(told["iss"], server.issuer());
        assert_eq!(told["sub"], ALICE_ID);
        assert_eq!(told["aud"], "fapi");
        for claim in ["at_hash", "auth_time", "acr", "amr", "sid"] {
            assert!(told.get(claim).is_some(), "{claim}: {told}");
        }
        // These are of pushed tokens alone.
        assert_eq!(told.get("urn:openid:params:jwt:claim:auth_req_id"), None);
        let userinfo = http().get(server.at("/oidc/v1/userinfo")).bearer_auth(&tokens.access_token);
        assert_eq!(Answer::to(userinfo).await.json["sub"], ALICE_ID);
    }

    async fn fapi_ciba_id1_user_rejects_authentication(backend) {
        let server = server(backend);
        let id = begin(&server, "plain", &[]).await;
        answer(&server, "deny").await;
        let denied = poll(&server, "plain", &id).await;
        assert_eq!((denied.status.as_u16(), denied.error()), (400, "access_denied"), "{denied:?}");
    }

    async fn fapi_ciba_id1_multiple_call_to_token_endpoint(backend) {
        // Longer than all of this takes, however busy the machine is.
        let settings = [("SYMBOLON_BACKCHANNEL_POLL_INTERVAL", "60s")];
        let server = server_on(&backend.url(), None, &settings);
        let id = begin(&server, "plain", &[]).await;
        assert_eq!(poll(&server, "plain", &id).await.error(), "authorization_pending");
        for _ in 0..2 {
            assert_eq!(poll(&server, "plain", &id).await.error(), "slow_down");
        }
    }

    async fn fapi_ciba_id1_auth_req_id_expired(backend) {
        let server = server(backend);
        let asked = ask(&server, "plain", &[
            ("scope", "openid"), ("login_hint", "alice"), ("requested_expiry", "1"),
        ]).await;
        assert_eq!(asked.json["expires_in"], 1, "{asked:?}");
        let id = auth_req_id(&asked);
        let person = alice_at_home(&server).await;
        seconds_pass(1).await;
        let late = poll(&server, "plain", &id).await;
        assert_eq!((late.status.as_u16(), late.error()), (400, "expired_token"), "{late:?}");
        let page = approvals(&person, &server).await;
        assert!(page.words().contains("Nothing waits for you"), "{page:?}");
    }

    async fn fapi_ciba_id1_ensure_wrong_auth_req_id_in_token_endpoint_request(backend) {
        let server = server(backend);
        let id = begin(&server, "plain", &[]).await;
        answer(&server, "allow").await;
        let others = poll(&server, "other", &id).await;
        assert_eq!((others.status.as_u16(), others.error()), (400, "invalid_grant"), "{others:?}");
        for nothing in ["nothing", "sy_ar_", &"x".repeat(5_000)] {
            assert_eq!(poll(&server, "plain", nothing).await.error(), "invalid_grant");
        }
        let without = post(&server, "/oauth/v2/token", "plain", &[("grant_type", GRANT)]).await;
        assert_eq!(without.error(), "invalid_request");
        // Whose it is gets its tokens nevertheless.
        assert_eq!(poll(&server, "plain", &id).await.status, 200);
    }

    async fn fapi_ciba_id1_ensure_wrong_client_id_in_token_endpoint_request(backend) {
        let server = server(backend);
        let id = begin(&server, "plain", &[]).await;
        for (client, error) in [("nobody", "invalid_client"), ("no-grant", "unauthorized_client")] {
            assert_eq!(poll(&server, client, &id).await.error(), error);
        }
    }

    async fn fapi_ciba_id1_refresh_token(backend) {
        let server = server(backend);
        let id = begin(&server, "plain", &[("scope", "openid offline_access")]).await;
        answer(&server, "allow").await;
        let tokens = poll(&server, "plain", &id).await.tokens();
        let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.refresh_token())];
        let other = post(&server, "/oauth/v2/token", "other", &form).await;
        assert_eq!(other.error(), "invalid_grant");
        let again = post(&server, "/oauth/v2/token", "plain", &form).await;
        assert_eq!(again.status, 200, "{again:?}");
        let told = jwt_payload(again.tokens().id_token.as_deref().unwrap());
        assert_eq!(told["sub"], ALICE_ID);
        let id = begin(&server, "no-refresh", &[("scope", "openid offline_access")]).await;
        answer(&server, "allow").await;
        let tokens = poll(&server, "no-refresh", &id).await.tokens();
        assert_eq!(tokens.refresh_token, None);
        assert_eq!(tokens.json["scope"], "openid");
    }

    async fn a2_3_a_second_use_revokes_what_came_of_the_first(backend) {
        let server = server(backend);
        let id = begin(&server, "opaque", &[]).await;
        answer(&server, "allow").await;
        let tokens = poll(&server, "opaque", &id).await.tokens();
        let works = async || {
            let request = http().get(server.at("/oidc/v1/userinfo")).bearer_auth(&tokens.access_token);
            Answer::to(request).await.status == 200
        };
        assert!(works().await);
        seconds_pass(2).await;
        assert_eq!(poll(&server, "opaque", &id).await.error(), "invalid_grant");
        assert!(!works().await);
    }

    async fn what_signing_out_ends_is_not_handed_out(backend) {
        let server = server(backend);
        let id = begin(&server, "plain", &[]).await;
        let person = alice_at_home(&server).await;
        let page = only_request(&person, &server).await;
        decide(&person, &page, "allow").await;
        let page = person.get(server.at("/oidc/v1/end_session")).await.page();
        person.submit(&page.form(), &[("decision", "sign_out")]).await;
        assert_eq!(poll(&server, "plain", &id).await.error(), "invalid_grant");
    }

    async fn a_person_who_is_disabled_meanwhile_is_nobody(backend) {
        let database = backend.url();
        let server = server_on(&database, None, &[]);
        let hint = [("scope", "openid"), ("login_hint", "bob")];
        auth_req_id(&ask(&server, "plain", &hint).await);
        let state = json!({"users": [{
            "username": "bob", "id": crate::support::BOB_ID, "organization": "globex", "disabled": true,
        }]});
        crate::support::apply(&database, &state.to_string());
        crate::support::eventually("bob is disabled", async || {
            ask(&server, "other", &hint).await.error() == "unknown_user_id"
        }).await;
    }
}
