//! The userinfo endpoint: how a token is presented, which tokens are good, and what they give.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use symbolon_testkit::{Answer, Person, http, jwt_header, jwt_payload, on_both_databases};

use crate::support::{
    ALICE, ALICE_ID, BOB, BOB_ID, WORKER_ID, alice, alice_in, machine, public, seconds_pass,
    server, shared, sign_in,
};

on_both_databases! {
    async fn each_scope_gives_its_claims_and_no_others(backend) {
        for client_id in ["web", "web-opaque"] {
            let party = public(shared(backend), client_id).await;
            let browser = Person::new();
            for (scope, expected) in [
                ("openid", json!({"sub": ALICE_ID})),
                (
                    "openid email",
                    json!({
                        "sub": ALICE_ID, "email": "alice@acme.example", "email_verified": true,
                    }),
                ),
                (
                    "openid phone",
                    json!({
                        "sub": ALICE_ID,
                        "phone_number": "+43 1 5550100", "phone_number_verified": true,
                    }),
                ),
                (
                    "openid address",
                    json!({"sub": ALICE_ID, "address": {
                        "street_address": "Ringstraße 1", "locality": "Wien",
                        "postal_code": "1010", "country": "AT",
                    }}),
                ),
                ("openid invoices.read", json!({"sub": ALICE_ID})),
            ] {
                let tokens = alice_in(&browser, &party, &[("scope", scope)]).await;
                assert_eq!(
                    party.userinfo(&tokens.access_token).await.json,
                    expected,
                    "{scope}"
                );
            }
            let tokens = alice_in(&browser, &party, &[("scope", "openid profile")]).await;
            let mut profile = party.userinfo(&tokens.access_token).await.json;
            let updated_at = profile
                .as_object_mut()
                .unwrap()
                .remove("updated_at")
                .unwrap();
            assert!(updated_at.is_u64(), "{updated_at}");
            assert_eq!(
                profile,
                json!({
                    "sub": ALICE_ID,
                    "name": "Alice Archer", "given_name": "Alice", "family_name": "Archer",
                    "preferred_username": "alice", "locale": "de-AT", "zoneinfo": "Europe/Vienna",
                })
            );
        }
    }

    async fn a2_16_the_subject_is_that_of_the_id_token(backend) {
        let party = public(shared(backend), "web").await;
        let tokens = sign_in(&Person::new(), &party, &[], "bob", BOB).await;
        let answer = party.userinfo(&tokens.access_token).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("cache-control")),
            (200, "no-store")
        );
        assert_eq!(answer.json["sub"], jwt_payload(tokens.id_token())["sub"]);
        assert_eq!(answer.json["sub"], BOB_ID);
    }

    async fn a_token_is_presented_in_the_header_or_in_a_form(backend) {
        let party = public(shared(backend), "web").await;
        let token = alice(&party).await.access_token;
        let url = || party.endpoint("userinfo_endpoint");
        for good in [
            http().get(url()).bearer_auth(&token),
            http().post(url()).bearer_auth(&token),
            http().post(url()).form(&[("access_token", &token)]),
            // RFC 9110 §11.1: the scheme has no case.
            http()
                .get(url())
                .header("authorization", format!("bearer {token}")),
        ] {
            assert_eq!(Answer::to(good).await.json["sub"], ALICE_ID);
        }
    }

    async fn a2_11_a_token_in_the_query_or_in_two_places_is_refused(backend) {
        let party = public(shared(backend), "web").await;
        let token = alice(&party).await.access_token;
        let url = || party.endpoint("userinfo_endpoint");
        let mut with_query = url();
        with_query
            .query_pairs_mut()
            .append_pair("access_token", &token);
        is_challenged(http().get(with_query.clone()), 401, "").await;
        is_challenged(http().post(with_query.clone()), 401, "").await;
        let both = http()
            .post(url())
            .bearer_auth(&token)
            .form(&[("access_token", &token)]);
        is_challenged(both, 400, "invalid_request").await;
        let twice = http()
            .post(url())
            .form(&[("access_token", &token), ("access_token", &token)]);
        let answer = Answer::to(twice).await;
        assert!(answer.status.is_client_error(), "{answer:?}");
        let header = format!("Bearer {token}");
        let twice = http()
            .get(url())
            .header("authorization", &header)
            .header("authorization", &header);
        is_challenged(twice, 400, "invalid_request").await;
    }

    async fn a_header_that_is_no_bearer_token_is_refused(backend) {
        let party = public(shared(backend), "web").await;
        let token = alice(&party).await.access_token;
        let get = |header: String| {
            http()
                .get(party.endpoint("userinfo_endpoint"))
                .header("authorization", header)
        };
        for header in [
            "Bearer".to_owned(),
            "Bearer ".to_owned(),
            token.clone(),
            format!("Bearer  {token}"),
            format!("Bearer {token} {token}"),
            format!("Bearer {token},"),
            format!("Basic {token}"),
            format!("MAC {token}"),
            format!("Bearer\t{token}"),
        ] {
            is_challenged(get(header), 400, "invalid_request").await;
        }
    }

    async fn without_a_token_the_scheme_is_told_and_no_error(backend) {
        let party = public(shared(backend), "web").await;
        // RFC 6750 §3.1.
        is_challenged(http().get(party.endpoint("userinfo_endpoint")), 401, "").await;
        is_challenged(http().post(party.endpoint("userinfo_endpoint")), 401, "").await;
    }

    async fn a2_9_only_an_access_token_is_one(backend) {
        let party = public(shared(backend), "web").await;
        let tokens = alice(&party).await;
        let token = tokens.access_token.as_str();
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, payload) = signed.split_once('.').unwrap();
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let mut claims = jwt_payload(token);
        claims["sub"] = json!(BOB_ID);
        let bob = encode(claims);
        let kid = jwt_header(token)["kid"].clone();
        for other in [
            tokens.id_token().to_owned(),
            tokens.refresh_token().to_owned(),
            format!("{header}.{bob}.{signature}"),
            format!("{}.{bob}.", encode(json!({"alg": "none", "typ": "at+jwt"}))),
            format!(
                "{}.{bob}.",
                encode(json!({"alg": "none", "typ": "at+jwt", "kid": kid}))
            ),
            format!(
                "{}.{payload}.{signature}",
                encode(json!({"alg": "HS256", "typ": "at+jwt", "kid": kid}))
            ),
            token[..token.len() - 1].to_owned(),
            format!("{token}A"),
            format!("{token}."),
            token.to_uppercase(),
            "nonsense".to_owned(),
            "a.b.c".to_owned(),
            "x".repeat(60_000),
        ] {
            let post = http().post(party.endpoint("userinfo_endpoint"));
            is_challenged(post.form(&[("access_token", &other)]), 401, "invalid_token").await;
        }
        assert_eq!(party.userinfo(token).await.status, 200);
    }

    async fn an_expired_token_is_refused(backend) {
        let server = server(backend, &[("SYMBOLON_TOKEN_ACCESS_LIFETIME", "1s")]);
        for client_id in ["web", "web-opaque"] {
            let party = public(&server, client_id).await;
            let tokens = alice(&party).await;
            assert_eq!(tokens.json["expires_in"], 1);
            seconds_pass(1).await;
            let answer = party.userinfo(&tokens.access_token).await;
            assert_eq!(
                (answer.status.as_u16(), answer.error()),
                (401, "invalid_token")
            );
        }
    }

    async fn a_token_without_openid_is_not_enough(backend) {
        let party = public(shared(backend), "web")
            .await
            .asking_for("email invoices.read");
        let tokens = alice(&party).await;
        let get = http()
            .get(party.endpoint("userinfo_endpoint"))
            .bearer_auth(&tokens.access_token);
        is_challenged(get, 403, "insufficient_scope").await;
    }

    async fn a2_9_a_token_for_another_audience_is_refused(backend) {
        let party = public(shared(backend), "web-api").await;
        let tokens = alice(&party.clone().asking_for("invoices.read")).await;
        let get = http()
            .get(party.endpoint("userinfo_endpoint"))
            .bearer_auth(&tokens.access_token);
        is_challenged(get, 401, "invalid_token").await;
        // With openid it is for userinfo too.
        let tokens = alice(&party).await;
        assert_eq!(
            party.userinfo(&tokens.access_token).await.json["sub"],
            ALICE_ID
        );
    }

    async fn a_machine_learns_who_it_is(backend) {
        let party = machine(shared(backend), "machine-rs256")
            .await
            .asking_for("openid profile");
        let token = party.client_credentials().await.tokens().access_token;
        assert_eq!(party.userinfo(&token).await.json["sub"], WORKER_ID);
    }

    async fn a_token_of_another_issuer_is_refused(backend) {
        let other = server(backend, &[]);
        let foreign = alice(&public(&other, "web").await).await;
        let answer = public(shared(backend), "web")
            .await
            .userinfo(&foreign.access_token)
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (401, "invalid_token")
        );
    }

    async fn a_code_is_no_access_token(backend) {
        let party = public(shared(backend), "web").await;
        let callback = Person::new()
            .sign_in(&party.authorize_url(&[]).url, "alice", ALICE)
            .await;
        let answer = party.userinfo(callback.code()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (401, "invalid_token")
        );
    }
}

/// Asserts that a request is refused with this status and error, in the challenge too
/// (RFC 6750 §3).
async fn is_challenged(request: RequestBuilder, status: u16, error: &str) {
    let answer = Answer::to(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (status, error),
        "{answer:?}"
    );
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with("Bearer "), "{answer:?}");
    assert_eq!(
        challenge.contains("error="),
        !error.is_empty(),
        "{challenge}"
    );
    assert!(
        challenge.contains(&format!("error=\"{error}\"")) || error.is_empty(),
        "{challenge}"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
}
