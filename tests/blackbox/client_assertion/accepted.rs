//! What is accepted: every algorithm and audience, at every endpoint that authenticates clients.

use serde_json::json;
use symbolon_testkit::{Answer, http, now, on_both_databases};

use super::{KEYS, Key, SECRET, claims, present, server, sharing, signing, token, under_secret};

on_both_databases! {
    async fn private_key_jwt_works_with_every_algorithm(backend) {
        let keys: Vec<_> = KEYS.iter().map(Key::public).collect();
        let server = server(backend, &[signing("signer", &keys)], &[]);
        for key in KEYS.iter() {
            let answer = token(&server, &key.assertion("signer", server.issuer())).await;
            assert_eq!(answer.status, 200, "{}: {answer:?}", key.algorithm);
        }
    }

    async fn both_methods_work_at_the_token_introspection_and_revocation_endpoints(backend) {
        let key = &KEYS[2];
        let clients = [signing("signer", &[key.public()]), sharing("sharer", SECRET)];
        let server = server(backend, &clients, &[]);
        let assertion = |client: &str| match client {
            "signer" => key.assertion(client, server.issuer()),
            _ => under_secret(SECRET.as_bytes(), &json!({}), &claims(client, server.issuer())),
        };
        for client in ["signer", "sharer"] {
            let access_token = token(&server, &assertion(client)).await.tokens().access_token;
            let ask = async || {
                let url = server.at("/oauth/v2/introspect");
                present(&url, &assertion(client), &[("token", &access_token)]).await
            };
            let answer = ask().await;
            assert_eq!(answer.json["active"], true, "{answer:?}");
            assert_eq!(answer.json["client_id"], client);
            let url = server.at("/oauth/v2/revoke");
            let revoked = present(&url, &assertion(client), &[("token", &access_token)]).await;
            assert_eq!(revoked.status, 200, "{revoked:?}");
            assert_eq!(ask().await.json["active"], false);
        }
    }
}

#[tokio::test]
async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds() {
    let key = &KEYS[2];
    let server = server(
        symbolon_testkit::Backend::Sqlite,
        &[signing("signer", &[key.public()])],
        &[],
    );
    let issuer = server.issuer();
    let endpoint = |path: &str| format!("{issuer}/oauth/v2/{path}");
    for audience in [
        json!(issuer),
        json!([issuer]),
        json!(endpoint("token")),
        json!([endpoint("token")]),
        json!(endpoint("par")),
        json!(endpoint("introspect")),
        json!(endpoint("revoke")),
    ] {
        let mut claims = claims("signer", issuer);
        claims["aud"] = audience.clone();
        let answer = token(&server, &key.sign(&json!({"kid": key.kid()}), &claims)).await;
        assert_eq!(answer.status, 200, "{audience}: {answer:?}");
    }
    // With client_id, with every permitted typ, without kid, with a fraction of a second, and eight
    // seconds ahead: par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted.
    let more = [
        ("grant_type", "client_credentials"),
        ("client_id", "signer"),
    ];
    let url = server.at("/oauth/v2/token");
    let answer = present(&url, &key.assertion("signer", issuer), &more).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    for header in [
        json!({}),
        json!({"kid": key.kid(), "typ": "JWT"}),
        json!({"kid": key.kid(), "typ": "client-authentication+jwt"}),
        json!({"kid": key.kid(), "typ": "application/Client-Authentication+JWT"}),
    ] {
        let answer = token(&server, &key.sign(&header, &claims("signer", issuer))).await;
        assert_eq!(answer.status, 200, "{header}: {answer:?}");
    }
    for (name, value) in [
        ("nbf", json!(now() + 8)),
        ("iat", json!(now() + 8)),
        ("exp", json!(now() as f64 + 60.5)),
        ("jti", json!("x".repeat(1024))),
    ] {
        let mut claims = claims("signer", issuer);
        claims[name] = value;
        let answer = token(&server, &key.sign(&json!({"kid": key.kid()}), &claims)).await;
        assert_eq!(answer.status, 200, "{claims}: {answer:?}");
    }
}

#[tokio::test]
async fn discovery_says_which_methods_and_algorithms_there_are() {
    let server = crate::support::shared(symbolon_testkit::Backend::Sqlite);
    let url = server.at("/.well-known/openid-configuration");
    let metadata = Answer::to(http().get(url)).await.json;
    for endpoint in ["token", "introspection", "revocation"] {
        let list = |name: &str| {
            let list = metadata[format!("{endpoint}_endpoint_auth_{name}_supported")].as_array();
            list.unwrap()
                .iter()
                .map(|item| item.as_str().unwrap())
                .collect::<Vec<_>>()
        };
        for method in ["client_secret_jwt", "private_key_jwt"] {
            assert!(list("methods").contains(&method), "{endpoint}: {metadata}");
        }
        // OIDC Discovery §3: never none.
        assert_eq!(
            list("signing_alg_values"),
            ["RS256", "PS256", "ES256", "EdDSA", "HS256"],
            "{endpoint}"
        );
    }
}
