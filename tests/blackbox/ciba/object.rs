//! Signed requests, as FAPI-CIBA wants them.

use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Backend, OnEach, Server, http, now, on_both_databases, unsigned_jwt,
};

use super::{
    GRANT, KEYS, alice_at_home, ask, auth_req_id, object, object_claims, only_request, post_signed,
    server,
};
use crate::client_assertion::{TYPE, key};

const PATH: &str = "/oauth/v2/bc-authorize";

/// A server that the tests share in which nobody gets anything.
fn refusing(backend: Backend) -> &'static Server {
    static SERVERS: OnEach<Server> = OnEach::new();
    SERVERS.get(backend, || server(backend))
}

/// A request of `fapi`, with this object.
async fn present(server: &Server, signed: &str) -> Answer {
    post_signed(server, PATH, "fapi", &KEYS[2], &[("request", signed)]).await
}

/// A request of `fapi` whose claims were changed.
async fn changed(server: &Server, change: impl Fn(&mut Value)) -> Answer {
    let mut claims = object_claims(server, "fapi");
    change(&mut claims);
    present(server, &object(&KEYS[2], &claims)).await
}

async fn without(server: &Server, name: &str) -> Answer {
    changed(server, |claims| {
        claims.as_object_mut().unwrap().remove(name);
    })
    .await
}

async fn with(server: &Server, name: &str, value: Value) -> Answer {
    changed(server, |claims| claims[name] = value.clone()).await
}

fn assert_invalid(answer: &Answer) {
    let found = (answer.status.as_u16(), answer.error());
    assert_eq!(found, (400, "invalid_request"), "{answer:?}");
}

on_both_databases! {
    async fn fapi_ciba_id1_ensure_authorization_request_with_binding_message_succeeds(backend) {
        let server = server(backend);
        auth_req_id(&changed(&server, |_| {}).await);
        let person = alice_at_home(&server).await;
        let page = only_request(&person, &server).await;
        assert!(page.words().contains("1234"), "{page:?}");
    }

    async fn fapi_ciba_id1_ensure_requested_expiry_as_string_succeeds(backend) {
        let server = server(backend);
        for (wanted, got) in [(json!("30"), 30), (json!(40), 40)] {
            let answer = with(&server, "requested_expiry", wanted).await;
            assert_eq!(answer.json["expires_in"], got, "{answer:?}");
        }
        assert_invalid(&with(&server, "requested_expiry", json!([1])).await);
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_aud_fails(backend) {
        assert_invalid(&without(refusing(backend), "aud").await);
    }

    async fn fapi_ciba_id1_ensure_request_object_bad_aud_fails(backend) {
        let server = server(backend);
        assert_invalid(&with(&server, "aud", json!("https://other.example")).await);
        auth_req_id(&with(&server, "aud", json!(["https://other.example", server.issuer()])).await);
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_iss_fails(backend) {
        assert_invalid(&without(refusing(backend), "iss").await);
    }

    async fn fapi_ciba_id1_ensure_request_object_bad_iss_fails(backend) {
        assert_invalid(&with(refusing(backend), "iss", json!("fapi-2")).await);
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_exp_fails(backend) {
        assert_invalid(&without(refusing(backend), "exp").await);
    }

    async fn fapi_ciba_id1_ensure_request_object_expired_exp_fails(backend) {
        assert_invalid(&with(refusing(backend), "exp", json!(now() - 300)).await);
    }

    async fn fapi_ciba_id1_ensure_request_object_exp_is_70_minutes_in_future_fails(backend) {
        assert_invalid(&with(refusing(backend), "exp", json!(now() + 70 * 60)).await);
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_iat_fails(backend) {
        assert_invalid(&without(refusing(backend), "iat").await);
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_nbf_fails(backend) {
        assert_invalid(&without(refusing(backend), "nbf").await);
    }

    async fn fapi_ciba_id1_ensure_request_object_nbf_is_10_minutes_in_future_fails(backend) {
        assert_invalid(&with(refusing(backend), "nbf", json!(now() + 600)).await);
    }

    async fn fapi_ciba_id1_ensure_request_object_nbf_is_70_minutes_in_past_fails(backend) {
        let server = refusing(backend);
        let answer = changed(server, |claims| {
            claims["nbf"] = json!(now() - 70 * 60);
            claims["exp"] = json!(now() + 60);
        });
        assert_invalid(&answer.await);
        // It is the age that counts, also where the whole is short.
        assert_invalid(&changed(server, |claims| {
            claims["nbf"] = json!(now() - 61 * 60);
            claims["exp"] = json!(now() - 60 * 60 + 60 * 60 + 5);
        }).await);
    }

    async fn fapi_ciba_id1_ensure_request_object_missing_jti_fails(backend) {
        let server = refusing(backend);
        assert_invalid(&without(server, "jti").await);
        for wrong in [json!(""), json!(7), json!("x".repeat(2000))] {
            assert_invalid(&with(server, "jti", wrong).await);
        }
    }

    async fn fapi_ciba_id1_ensure_request_object_signature_algorithm_is_none_fails(backend) {
        let server = refusing(backend);
        let unsigned = unsigned_jwt(&object_claims(server, "fapi"));
        assert_invalid(&present(server, &unsigned).await);
    }

    async fn fapi_ciba_id1_ensure_request_object_signature_algorithm_is_bad_fails(backend) {
        let server = refusing(backend);
        let signed = object(&KEYS[2], &object_claims(server, "fapi"));
        let (rest, _) = signed.rsplit_once('.').unwrap();
        assert_invalid(&present(server, &format!("{rest}.AAAA")).await);
        assert_invalid(&present(server, "nothing").await);
        assert_invalid(&present(server, "a.b.c").await);
    }

    async fn fapi_ciba_id1_ensure_request_object_signature_algorithm_is_rs256_fails(backend) {
        let server = server(backend);
        // Registered for PS256, with a key that could sign both.
        let claims = object_claims(&server, "fapi-2");
        let key = &KEYS[1];
        let good = object(key, &claims);
        let form = [("request", good.as_str())];
        auth_req_id(&post_signed(&server, PATH, "fapi-2", key, &form).await);
        let as_rs256 = key.sign_as("RS256", &json!({"kid": key.kid()}), &object_claims(&server, "fapi-2"));
        let form = [("request", as_rs256.as_str())];
        assert_invalid(&post_signed(&server, PATH, "fapi-2", key, &form).await);
    }

    async fn fapi_ciba_id1_ensure_request_object_signed_by_other_client_fails(backend) {
        let server = refusing(backend);
        let claims = object_claims(server, "fapi");
        assert_invalid(&present(server, &object(&KEYS[1], &claims)).await);
        let stranger = key("ES256");
        assert_invalid(&present(server, &stranger.sign(&json!({"kid": KEYS[2].kid()}), &claims)).await);
    }

    async fn fapi_ciba_id1_ensure_authorization_request_with_multiple_hints_fails(backend) {
        assert_invalid(&with(refusing(backend), "id_token_hint", json!("x.y.z")).await);
    }

    async fn fapi_ciba_id1_ensure_different_client_id_and_issuer_in_backchannel_authorization_request(backend) {
        let server = refusing(backend);
        let signed = object(&KEYS[2], &object_claims(server, "fapi"));
        let form = [("request", signed.as_str()), ("client_id", "fapi-2")];
        let answer = post_signed(server, PATH, "fapi", &KEYS[2], &form).await;
        assert_eq!(answer.error(), "invalid_client", "{answer:?}");
        assert_invalid(&with(server, "client_id", json!("fapi-2")).await);
    }

    async fn fapi_ciba_id1_ensure_without_client_assertion_in_backchannel_authorization_request(backend) {
        let server = refusing(backend);
        let signed = object(&KEYS[2], &object_claims(server, "fapi"));
        let form = [("request", signed.as_str()), ("client_id", "fapi")];
        let answer = Answer::to(http().post(server.at(PATH)).form(&form)).await;
        assert_eq!((answer.status.as_u16(), answer.error()), (401, "invalid_client"));
    }

    async fn fapi_ciba_id1_ensure_without_client_assertion_in_token_endpoint_request(backend) {
        let server = server(backend);
        let id = auth_req_id(&changed(&server, |_| {}).await);
        let form = [("grant_type", GRANT), ("auth_req_id", id.as_str()), ("client_id", "fapi")];
        let answer = Answer::to(http().post(server.at("/oauth/v2/token")).form(&form)).await;
        assert_eq!(answer.error(), "invalid_client");
    }

    async fn fapi_ciba_id1_ensure_client_assertion_signature_algorithm_in_backchannel_authorization_request_is_rs256_fails(backend) {
        let server = refusing(backend);
        let key = &KEYS[1];
        let claims = crate::client_assertion::claims("fapi-2", server.issuer());
        let assertion = key.sign_as("RS256", &json!({"kid": key.kid()}), &claims);
        let signed = object(key, &object_claims(server, "fapi-2"));
        for (path, more) in [
            (PATH, ("request", signed.as_str())),
            ("/oauth/v2/token", ("grant_type", GRANT)),
        ] {
            let form = [("client_assertion_type", TYPE), ("client_assertion", assertion.as_str()), more];
            let answer = Answer::to(http().post(server.at(path)).form(&form)).await;
            assert!(["invalid_client", "invalid_request"].contains(&answer.error()), "{answer:?}");
            assert_ne!(answer.status, 200);
        }
    }

    async fn fapi_ciba_id1_ensure_client_assertion_with_iss_aud_to_token_endpoint_succeeds(backend) {
        let server = server(backend);
        // The endpoint itself is an audience too, as for every endpoint that authenticates clients.
        for audience in [server.issuer().to_owned(), server.at(PATH)] {
            let assertion = KEYS[2].assertion("fapi", &audience);
            let signed = object(&KEYS[2], &object_claims(&server, "fapi"));
            let form = [
                ("client_assertion_type", TYPE), ("client_assertion", assertion.as_str()),
                ("request", signed.as_str()),
            ];
            auth_req_id(&Answer::to(http().post(server.at(PATH)).form(&form)).await);
        }
    }

    async fn fapi_ciba_id1_ensure_unsigned_backchannel_authorization_request_fails(backend) {
        let server = refusing(backend);
        let form = [("scope", "openid"), ("login_hint", "alice")];
        assert_invalid(&post_signed(server, PATH, "fapi", &KEYS[2], &form).await);
    }

    async fn what_stands_beside_an_object_is_refused_and_an_object_is_good_once(backend) {
        let server = server(backend);
        let signed = object(&KEYS[2], &object_claims(&server, "fapi"));
        let form = [("request", signed.as_str()), ("scope", "openid")];
        assert_invalid(&post_signed(&server, PATH, "fapi", &KEYS[2], &form).await);
        auth_req_id(&present(&server, &signed).await);
        assert_invalid(&present(&server, &signed).await);
        // Who has not registered that it signs cannot.
        let signed = object(&KEYS[2], &object_claims(&server, "plain"));
        assert_invalid(&ask(&server, "plain", &[("request", &signed)]).await);
        // A client assertion is no request, whatever else is in it.
        assert_invalid(&with(&server, "sub", json!("fapi")).await);
        assert_invalid(&with(&server, "request", json!("x")).await);
    }
}
