//! Where encryption meets other features.

use josekit::jwe::{self, ECDH_ES, JweHeader};
use serde_json::{Value, json};
use symbolon_testkit::{Person, Site, jwt_payload, on_both_databases};

use super::{client, keys, party, server, text, tokens};
use crate::dpop::Key as ProofKey;
use crate::support::LOOPBACK;
use crate::support::{ALICE, ALICE_ID, merged, silently};

fn encrypting(more: Value) -> Value {
    let all = json!({
        "jwks": {"keys": [keys()[1].public()]},
        "id_token_encrypted_response_alg": "ECDH-ES",
        "id_token_encrypted_response_enc": "A256GCM",
    });
    merged(all, &more)
}

on_both_databases! {
    async fn an_encrypted_id_token_with_a_pushed_request_and_a_bound_code(backend) {
        let server = server(&backend.url(), &[client("all", encrypting(json!({
            "require_pushed_authorization_requests": true,
            "dpop_bound_access_tokens": true,
            "userinfo_encrypted_response_alg": "ECDH-ES",
            "subject_type": "pairwise",
            "redirect_uris": ["https://app.example/callback"],
        })))], &[]);
        let party = crate::support::called_back_at(
            &party(&server, "all").await,
            "https://app.example/callback",
        );
        let key = ProofKey::new();
        let prove = |endpoint: &str| key.proof("POST", party.endpoint(endpoint)).sign();
        let attempt = party.authorize_url(&[]);
        let proof = prove("pushed_authorization_request_endpoint");
        let pushed = party.push(&attempt, &[("DPoP", &proof)]).await;
        assert_eq!(pushed.status, 201, "{pushed:?}");
        let carried = party.carried(&attempt, text(&pushed.json, "request_uri"));
        let callback = Person::new().sign_in(&carried.url, "alice", ALICE).await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", callback.code()),
            ("redirect_uri", &party.redirect_uri),
            ("code_verifier", &attempt.verifier),
        ];
        let proof = prove("token_endpoint");
        let answer = party.post_with("token_endpoint", &form, &[("DPoP", &proof)]).await;
        assert_eq!(answer.json["token_type"], "DPoP", "{answer:?}");
        let access_token = text(&answer.json, "access_token");
        let (_, id_token) = keys()[1].open(text(&answer.json, "id_token"));
        let claims = party
            .check_id_token(&id_token, Some(&attempt.nonce), Some(access_token))
            .await;
        let sub = text(&claims, "sub");
        assert_ne!(sub, ALICE_ID);
        let url = party.endpoint("userinfo_endpoint");
        let proof = key.proof("GET", &url).for_token(access_token).sign();
        let request = symbolon_testkit::http()
            .get(url)
            .header("authorization", format!("DPoP {access_token}"))
            .header("DPoP", proof);
        let body = request.send().await.unwrap().text().await.unwrap();
        let (_, content) = keys()[1].open(&body);
        let told: Value = serde_json::from_str(&content).unwrap();
        assert_eq!(told["sub"], *sub);
    }

    async fn what_was_in_it_is_a_hint(backend) {
        let server = server(&backend.url(), &[client("app", encrypting(json!({})))], &[]);
        let party = party(&server, "app").await;
        let browser = Person::new();
        let (tokens, _) = tokens(&browser, &party).await;
        let (_, id_token) = keys()[1].open(text(&tokens, "id_token"));
        assert_eq!(silently(&browser, &party, &[("id_token_hint", &id_token)]).await, "");
        // As it came nobody but the client can read it (OIDC Core §3.1.2.1).
        let closed = [("id_token_hint", text(&tokens, "id_token"))];
        assert_eq!(silently(&browser, &party, &closed).await, "invalid_request");
        // Nor is anything believed that somebody encrypted for the client.
        let claims = jwt_payload(&id_token).to_string();
        let mut header = JweHeader::new();
        header.set_content_encryption("A256GCM");
        let public = keys()[1].jwk.to_public_key().unwrap();
        let encrypter = ECDH_ES.encrypter_from_jwk(&public).unwrap();
        let forged = jwe::serialize_compact(claims.as_bytes(), &header, &encrypter).unwrap();
        assert_eq!(silently(&browser, &party, &[("id_token_hint", &forged)]).await, "invalid_request");
    }

    async fn through_the_browser_it_is_encrypted_and_tied_to_the_code(backend) {
        let hybrid = encrypting(json!({
            "grant_types": ["authorization_code", "implicit"],
            "response_types": ["code id_token"],
        }));
        let on = [("SYMBOLON_REQUESTS_IMPLICIT_AND_HYBRID", "true")];
        let server = server(&backend.url(), &[client("hybrid", hybrid)], &on);
        let party = party(&server, "hybrid").await;
        let attempt = party.authorize_url(&[("response_type", "code id_token")]);
        let callback = Person::new().sign_in(&attempt.url, "alice", ALICE).await;
        party.check_callback(&attempt, &callback);
        let (_, id_token) = keys()[1].open(callback.parameter("id_token").unwrap());
        let claims = party.check_id_token(&id_token, Some(&attempt.nonce), None).await;
        assert!(claims["c_hash"].is_string() && claims["s_hash"].is_string(), "{claims}");
    }

    async fn a_key_at_an_address_is_fetched_and_one_that_is_gone_is_no_token(backend) {
        let host = Site::plain();
        let at = host.at("/keys");
        let fetched = json!({
            "jwks_uri": at,
            "id_token_encrypted_response_alg": "ECDH-ES",
        });
        let server = server(&backend.url(), &[client("fetched", fetched)], &[LOOPBACK]);
        let party = party(&server, "fetched").await;
        let browser = Person::new();
        let redeem = async || {
            let attempt = party.authorize_url(&[]);
            let callback = browser.sign_in(&attempt.url, "alice", ALICE).await;
            party.exchange(callback.code(), &attempt.verifier).await
        };
        let answer = redeem().await;
        assert_eq!((answer.status.as_u16(), answer.error()), (500, "server_error"), "{answer:?}");
        // Of another kind than the client asks for: as good as none.
        let set = json!({"keys": [keys()[0].public()]}).to_string();
        host.serve("/keys", "application/json", &*set);
        assert_eq!(redeem().await.status, 500);
        // Its owner has noticed.
        let set = json!({"keys": [keys()[0].public(), keys()[1].public()]}).to_string();
        host.serve("/keys", "application/json", &*set);
        let answer = redeem().await;
        keys()[1].open(text(&answer.json, "id_token"));
    }
}
