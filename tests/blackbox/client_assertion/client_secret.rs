//! `client_secret_jwt`: the secret is kept sealed, and rotates.

use serde_json::{Value, json};
use symbolon_testkit::{Backend, Options, Server, on_both_databases, rows};

use super::{SECRET, assert_refused, claims, client, server_on, sharing, token, under_secret};
use crate::support::{apply, binary, eventually, options, printed, symbolon_with};

/// SHA-256 of [`SECRET`].
const SECRET_SHA256: &str = "b8a9d79dd085fa781f3e8a2b3b4fb8ee381328e4deea202cee401d9250db8211";

const NEXT: &str = "the next secret of 32 bytes, or more";

fn assertion(server: &Server, secret: &str) -> String {
    under_secret(
        secret.as_bytes(),
        &json!({}),
        &claims("sharer", server.issuer()),
    )
}

fn state(client: &Value) -> String {
    json!({"clients": [client]}).to_string()
}

on_both_databases! {
    async fn a3_3_the_secret_stands_nowhere_in_plain(backend) {
        let database = backend.url();
        let server = server_on(&database, &[sharing("sharer", SECRET)], &[]);
        assert_eq!(token(&server, &assertion(&server, SECRET)).await.status, 200);
        let plain = SECRET.as_bytes();
        let hexadecimal: String = plain.iter().map(|byte| format!("{byte:02x}")).collect();
        for row in rows(&database) {
            assert!(!row.contains(SECRET) && !row.contains(&hexadecimal), "{row}");
        }
        let (_, log) = server.stop();
        assert!(!log.contains(SECRET), "{log}");
    }

    async fn the_secret_is_exchanged_and_the_same_state_changes_nothing(backend) {
        let database = backend.url();
        let server = server_on(&database, &[sharing("sharer", SECRET)], &[]);
        let same = apply(&database, &state(&sharing("sharer", SECRET)));
        assert!(same.starts_with("Nothing to change"), "{same}");
        // The old one beside it, by its digest, for as long as the client needs.
        let mut both = sharing("sharer", NEXT);
        both["client_secret_sha256"] = json!([SECRET_SHA256]);
        apply(&database, &state(&both));
        let good = async |secret| token(&server, &assertion(&server, secret)).await.status == 200;
        eventually("the new secret is good", || good(NEXT)).await;
        assert!(good(SECRET).await);
        apply(&database, &state(&sharing("sharer", NEXT)));
        eventually("the old secret is gone", async || !good(SECRET).await).await;
        assert!(good(NEXT).await);
        // Without the method, nothing is kept but the digest.
        let mut basic = sharing("sharer", NEXT);
        basic["token_endpoint_auth_methods"] = json!(["client_secret_basic"]);
        apply(&database, &state(&basic));
        eventually("the method is gone", async || !good(NEXT).await).await;
        let kept = rows(&database);
        let kept = kept.iter().filter(|row| row.starts_with("client_secret"));
        assert!(kept.clone().count() > 0);
    }

    async fn the_key_encryption_key_can_be_replaced(backend) {
        let database = backend.url();
        let server = server_on(&database, &[sharing("sharer", SECRET)], &[]);
        let issuer = server.issuer().to_owned();
        drop(server);
        let old = options("").key_encryption_key.unwrap();
        let new = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
        let environment = [
            ("SYMBOLON_KEY_ENCRYPTION_KEY", new),
            ("SYMBOLON_PREVIOUS_KEY_ENCRYPTION_KEYS", &old),
        ];
        let output = symbolon_with(&["keys", "--database", &database, "reseal"], &environment);
        let said = printed(&output);
        assert!(said.contains("and 1 client secrets under"), "{said}");
        let replaced = Options {
            issuer: Some(issuer),
            key_encryption_key: Some(new.to_owned()),
            ..options(&database)
        };
        let server = Server::start(binary(), replaced);
        let answer = token(&server, &assertion(&server, SECRET)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}

#[tokio::test]
async fn a3_3_guesses_at_the_secret_are_limited() {
    let clients = [
        sharing("sharer", SECRET),
        client(
            "other",
            &json!({"token_endpoint_auth_methods": ["client_secret_jwt"], "client_secret": NEXT}),
        ),
    ];
    let server = server_on(&Backend::Sqlite.url(), &clients, &[]);
    for _ in 0..30 {
        assert_refused(&token(&server, &assertion(&server, NEXT)).await, "a guess");
    }
    let answer = token(&server, &assertion(&server, SECRET)).await;
    assert_eq!(answer.status, 429, "{answer:?}");
    let other = under_secret(
        NEXT.as_bytes(),
        &json!({}),
        &claims("other", server.issuer()),
    );
    assert_eq!(token(&server, &other).await.status, 200);
}
