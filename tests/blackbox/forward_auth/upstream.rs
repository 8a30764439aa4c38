//! The token that the API is handed in place of the caller's.

use serde_json::json;
use symbolon_testkit::{Answer, http, jwt_header, jwt_payload, on_both_databases};

use super::{AUDIENCE, BAKER_ID, LIST, Place, refused};
use crate::machine::verify_with_josekit;

on_both_databases! {
    async fn the_api_sees_only_jwts_that_say_what_was_decided(backend) {
        let place = Place::shared(backend);
        let party = place.client("baker").await;
        let opaque = place.token("opaque").await;
        assert!(!opaque.contains('.'), "a JWT: {opaque}");
        for (token, client) in [
            (place.token("baker").await, Some("baker")),
            (opaque, Some("opaque")),
            (place.personal("baker", &[]), None),
        ] {
            let called = place.call("GET", LIST, &token, &[]).await;
            assert!(!called.0.body.contains(&token), "the API sees what the caller sent");
            let handed = called.seen_token();
            assert_eq!(jwt_header(&handed)["typ"], "at+jwt");
            let claims = verify_with_josekit(&party, &handed, "ES256").await;
            assert_eq!(claims["iss"], place.server.issuer());
            assert_eq!(claims["sub"], BAKER_ID);
            assert_eq!(claims["aud"], AUDIENCE);
            assert_eq!(claims.get("client_id"), client.map(|id| json!(id)).as_ref());
            assert_eq!(claims["org_id"], "bakery");
            assert_eq!(claims["organization_id"], "bakery");
            assert_eq!(claims["roles"], json!({"bakery": ["accountant", "clerk"]}));
            assert_eq!(claims["scope"], "Invora.Simple.Invoices.v1.Read.List");
            let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
            assert_eq!(lifetime, 60);
        }
    }

    async fn it_is_for_one_organization_and_one_scope(backend) {
        let place = Place::shared(backend);
        let token = place.token("connector").await;
        let called = place.call("POST", LIST, &token, &["x-target-org-id: bakery"]).await;
        let claims = jwt_payload(&called.seen_token());
        assert_eq!(claims["org_id"], "platform");
        assert_eq!(claims["organization_id"], "bakery");
        assert_eq!(claims["roles"], json!({"bakery": ["accountant"]}));
        assert_eq!(claims["scope"], "Invora.Simple.Invoices.v1.Modify.Create");
    }

    async fn it_opens_nothing_at_symbolon_and_gets_no_successor(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let handed = place.call("GET", LIST, &token, &[]).await.seen_token();
        let again = place.call("GET", LIST, &handed, &[]).await;
        assert_eq!(again.refusal(), refused(401, "token_not_live"));
        let party = place.client("baker").await;
        assert_eq!(party.userinfo(&handed).await.status, 401);
        assert_eq!(party.introspect(&handed).await.json, json!({"active": false}));
    }

    async fn it_is_the_same_for_the_same_call_until_it_is_due(backend) {
        let place = Place::shared(backend);
        // Two callers of whom the same is to be said.
        let tokens = [place.token("baker").await, place.token("baker").await];
        let mut handed = Vec::new();
        for token in &tokens {
            for _ in 0..3 {
                handed.push(place.call("GET", LIST, token, &[]).await.seen_token());
            }
        }
        let made_at = |token: &String| jwt_payload(token)["iat"].as_i64().unwrap();
        handed.dedup();
        // One, or a second one if the first was half a minute old already.
        assert!(handed.len() <= 2, "{handed:?}");
        let gap = made_at(handed.last().unwrap()) - made_at(&handed[0]);
        assert!(handed.len() == 1 || gap >= 30, "{gap}");
        let other = place.call("GET", "/api/v1/simple/invoices/7", &tokens[0], &[]).await;
        assert!(!handed.contains(&other.seen_token()), "it is for another scope");
    }

    async fn without_the_wish_for_one_none_is_made(backend) {
        let place = Place::shared(backend);
        let token = place.token("baker").await;
        let answer = Answer::to(
            http()
                .get(place.server.at("/access/v1/forward-auth"))
                .bearer_auth(&token)
                .header("x-original-method", "GET")
                .header("x-original-uri", LIST),
        )
        .await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("authorization"), "");
        assert_eq!(answer.header("x-auth-subject"), BAKER_ID);
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}
