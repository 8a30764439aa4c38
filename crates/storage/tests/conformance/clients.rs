//! Clients with their secrets.

use serde_json::json;
use symbolon_core::client::{Client, StoredSecret};
use symbolon_storage::DeclaredSubject;

use crate::{
    database::Database,
    sample::{self, NOW, ODD, after, client, digest, id, person},
};

on_every_back_end! {
    a_client_is_put_again_with_other_secrets,
    a_client_of_a_stranger_is_refused_as_a_whole,
    a_secret_is_sealed_anew_unless_it_changed_meanwhile,
    every_field_of_a_client_comes_back,
}

/// A client that makes use of every field.
fn full() -> Client {
    let metadata = json!({
        "client_name": ODD,
        "token_endpoint_auth_methods": ["client_secret_basic", "client_secret_post"],
        "token_endpoint_auth_signing_alg": "HS256",
        "jwks": {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": ODD}]},
        "jwks_uri": "https://client.example/keys",
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "redirect_uris": ["https://client.example/a?b=c", "http://127.0.0.1:5556/callback"],
        "post_logout_redirect_uris": ["https://client.example/"],
        "scope": "api:read api:write",
        "consent": "implicit",
        "access_token_format": "opaque",
        "access_token_signed_response_alg": "EdDSA",
        "id_token_signed_response_alg": "ES256",
        "access_token_lifetime": 300,
        "audience": ["https://api.example", ODD],
        "introspects": ["https://api.example"],
        "client_uri": "https://client.example/",
        "logo_uri": "https://client.example/logo.png",
        "policy_uri": "https://client.example/privacy",
        "tos_uri": "https://client.example/terms",
    });
    Client {
        id: id("https://client.example/id?a=b#c"),
        organization: Some(id("globex")),
        machine: Some(id("robot")),
        secrets: vec![secret("one", None), secret("two", Some(60))],
        disabled_at: Some(after(1)),
        origin: symbolon_core::client::Origin::Operator,
        metadata: serde_json::from_value(metadata).unwrap(),
    }
}

fn secret(text: &str, expires: Option<i64>) -> StoredSecret {
    StoredSecret {
        digest: digest(text),
        expires_at: expires.map(after),
        sealed: expires.map(|_| text.as_bytes().to_vec()),
    }
}

async fn a_secret_is_sealed_anew_unless_it_changed_meanwhile(database: &Database) {
    put_robot(database).await;
    database.put_client(&full(), NOW).await.unwrap();
    let (client, old) = (full().id, secret("two", Some(60)));
    for (held, sealed, expected) in [
        (&old, &b"anew"[..], &b"anew"[..]),
        (&old, b"late", b"anew"),
        (&secret("one", None), b"from nothing", b"anew"),
    ] {
        database
            .reseal_client_secret(&client, held, sealed, NOW)
            .await
            .unwrap();
        let read = database.client(&client).await.unwrap().unwrap();
        let kept: Vec<_> = read
            .secrets
            .iter()
            .filter_map(StoredSecret::sealed)
            .collect();
        assert_eq!(kept, [expected]);
    }
}

async fn put_robot(database: &Database) {
    sample::populate(&**database).await;
    let robot = DeclaredSubject {
        machine: true,
        identifiers: Vec::new(),
        ..person("robot")
    };
    database.put_subject(&robot, NOW).await.unwrap();
}

async fn every_field_of_a_client_comes_back(database: &Database) {
    put_robot(database).await;
    database.put_client(&full(), NOW).await.unwrap();
    let read = database.client(&full().id).await.unwrap().unwrap();
    assert_eq!(sorted(read), sorted(full()));
    let web = database.client(&id("web")).await.unwrap();
    assert_eq!(web, Some(client("web")));
    assert_eq!(database.client(&id("unknown")).await.unwrap(), None);

    let all = database.clients().await.unwrap();
    let all: Vec<_> = all.into_iter().map(sorted).collect();
    assert_eq!(all, [sorted(full()), client("mobile"), client("web")]);
}

async fn a_client_is_put_again_with_other_secrets(database: &Database) {
    put_robot(database).await;
    database.put_client(&full(), NOW).await.unwrap();
    let changed = Client {
        organization: None,
        machine: None,
        disabled_at: None,
        secrets: vec![secret("two", None), secret("three", Some(90))],
        metadata: client("renamed").metadata,
        ..full()
    };
    database.put_client(&changed, after(1)).await.unwrap();
    let read = database.client(&full().id).await.unwrap().unwrap();
    assert_eq!(sorted(read), sorted(changed));
}

async fn a_client_of_a_stranger_is_refused_as_a_whole(database: &Database) {
    put_robot(database).await;
    database.put_client(&full(), NOW).await.unwrap();
    let nowhere = Client {
        organization: Some(id("nowhere")),
        secrets: Vec::new(),
        ..full()
    };
    let nobodys = Client {
        machine: Some(id("nobody")),
        secrets: Vec::new(),
        ..full()
    };
    for refused in [nowhere, nobodys] {
        let put = database.put_client(&refused, after(1)).await;
        assert!(!put.unwrap_err().is_unavailable());
    }
    let read = database.client(&full().id).await.unwrap().unwrap();
    assert_eq!(sorted(read), sorted(full()));
}

/// Which of a client's secrets comes first means nothing.
fn sorted(mut client: Client) -> Client {
    client
        .secrets
        .sort_by(|one, other| one.digest.as_bytes().cmp(other.digest.as_bytes()));
    client
}
