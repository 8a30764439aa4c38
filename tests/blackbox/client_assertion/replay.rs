//! An assertion is good once, on whichever instance it is presented.

use serde_json::json;
use symbolon_testkit::{Answer, Backend, Options, Server, on_both_databases};

use super::{
    KEYS, SECRET, assert_refused, claims, present, server_on, sharing, signing, token, under_secret,
};
use crate::support::{binary, options};

/// Two servers that are one issuer, with the clients `signer` and `sharer`.
fn pair(backend: Backend) -> [Server; 2] {
    let database = backend.url();
    let clients = [
        signing("signer", &[KEYS[2].public()]),
        sharing("sharer", SECRET),
    ];
    let first = server_on(&database, &clients, &[]);
    let second = Options {
        issuer: Some(first.issuer().to_owned()),
        ..options(&database)
    };
    let second = Server::start(binary(), second);
    [first, second]
}

on_both_databases! {
    async fn a3_2_of_64_who_present_one_assertion_at_two_servers_one_is_believed(backend) {
        let servers = pair(backend);
        let issuer = servers[0].issuer();
        for assertion in [
            KEYS[2].assertion("signer", issuer),
            under_secret(SECRET.as_bytes(), &json!({}), &claims("sharer", issuer)),
        ] {
            let urls = [0, 1].map(|number: usize| servers[number].at("/oauth/v2/token"));
            let crowd: Vec<_> = (0..64)
                .map(|number| {
                    let (url, assertion) = (urls[number % 2].clone(), assertion.clone());
                    tokio::spawn(async move {
                        let more = [("grant_type", "client_credentials")];
                        present(&url, &assertion, &more).await
                    })
                })
                .collect();
            let mut answers: Vec<Answer> = Vec::new();
            for one in crowd {
                answers.push(one.await.unwrap());
            }
            let (won, lost): (Vec<_>, Vec<_>) =
                answers.into_iter().partition(|answer| answer.status == 200);
            assert_eq!(won.len(), 1, "{won:?}");
            for answer in lost {
                assert_refused(&answer, "a replay");
                let description = answer.json["error_description"].as_str().unwrap();
                assert!(description.contains("used before"), "{description}");
            }
        }
    }

    async fn a9_2_a_restart_does_not_forget_what_was_used(backend) {
        let database = backend.url();
        let clients = [signing("signer", &[KEYS[2].public()])];
        let first = server_on(&database, &clients, &[]);
        let issuer = first.issuer().to_owned();
        let assertion = KEYS[2].assertion("signer", &issuer);
        assert_eq!(token(&first, &assertion).await.status, 200);
        first.kill_hard();
        let again = Options {
            issuer: Some(issuer.clone()),
            ..options(&database)
        };
        let again = Server::start(binary(), again);
        assert_refused(&token(&again, &assertion).await, "a replay");
        let fresh = KEYS[2].assertion("signer", &issuer);
        assert_eq!(token(&again, &fresh).await.status, 200);
    }

    async fn two_clients_may_use_one_name(backend) {
        let servers = pair(backend);
        let issuer = servers[0].issuer();
        let mut one = claims("signer", issuer);
        let mut other = claims("sharer", issuer);
        one["jti"] = json!("the same");
        other["jti"] = json!("the same");
        let one = KEYS[2].sign(&json!({"kid": KEYS[2].kid()}), &one);
        let other = under_secret(SECRET.as_bytes(), &json!({}), &other);
        assert_eq!(token(&servers[0], &one).await.status, 200);
        assert_eq!(token(&servers[1], &other).await.status, 200);
    }
}
