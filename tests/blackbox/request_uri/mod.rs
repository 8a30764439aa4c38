//! Request objects by reference (OIDC Core §6.2, RFC 9101 §5.2), and encrypted ones (RFC 9101 §6.1).

mod encrypted;

use serde_json::{Value, json};
use symbolon_jose::{Algorithm, SigningKey};
use symbolon_testkit::{
    Answer, Attempt, Person, RelyingParty, Server, Site, on_both_databases, unsigned_jwt,
};

use crate::support::LOOPBACK;
use crate::support::{ALICE, binary, declaring, merged};

const ON: (&str, &str) = ("SYMBOLON_REQUESTS_FETCHED_OBJECTS", "true");

const JWT: &str = "application/oauth-authz-req+jwt";

/// A public client that signs with this key, and has its objects at these addresses.
fn client(id: &str, key: &SigningKey, uris: &[String]) -> Value {
    json!({
        "client_id": id, "client_name": id,
        "token_endpoint_auth_methods": ["none"],
        "grant_types": ["authorization_code"],
        "jwks": {"keys": [key.public_jwk()]},
        "request_uris": uris,
        "redirect_uris": ["http://127.0.0.1:5556/callback"],
        "consent": "implicit",
    })
}

fn server(database: &str, clients: &[Value], settings: &[(&str, &str)]) -> Server {
    let state = json!({ "clients": clients });
    Server::start(binary(), declaring(database, &state, settings))
}

async fn party(server: &Server, id: &str) -> RelyingParty {
    RelyingParty::new(
        server.issuer(),
        id,
        symbolon_testkit::Authentication::Public,
    )
    .await
}

/// The parameters of an attempt as claims, with these in their place.
fn claims(attempt: &Attempt, changes: Value) -> Value {
    let claims: Value = attempt
        .parameters()
        .into_iter()
        .map(|(name, value)| (name, Value::from(value)))
        .collect();
    merged(claims, &changes)
}

/// What this request is refused with, at the redirect URI beside it.
async fn refusal(party: &RelyingParty, more: &[(&str, &str)]) -> String {
    let mut carried = vec![
        ("client_id", &*party.client_id),
        ("redirect_uri", &party.redirect_uri),
        ("response_type", "code"),
        ("scope", "openid"),
        ("state", "x"),
    ];
    carried.extend(more);
    let attempt = party.authorize_url(&[]).carrying(&carried);
    let callback = Person::new().get(&attempt.url).await.callback();
    callback.error().to_owned()
}

on_both_databases! {
    async fn oidcc_request_uri_signed_rs256(backend) {
        let host = Site::plain();
        let key = SigningKey::generate(Algorithm::RS256).unwrap();
        // As the certification has it: the fragment is the digest of something else.
        let uri = host.at("/object#ki2Aqo6ZN6dHk0GMYWrLWm6kKBp8RvHWDH7Xv5F9v7s");
        let server = server(&backend.url(), &[client("app", &key, std::slice::from_ref(&uri))], &[LOOPBACK, ON]);
        let party = party(&server, "app").await;
        assert_eq!(party.metadata["request_uri_parameter_supported"], true);
        assert_eq!(party.metadata["require_request_uri_registration"], true);
        let attempt = party.authorize_url(&[]);
        let object = key.sign("oauth-authz-req+jwt", &claims(&attempt, json!({}))).unwrap();
        host.serve("/object", "application/jwt", &*object);
        let carried = [
            ("client_id", "app"), ("request_uri", &uri),
            ("response_type", "code"), ("scope", "openid"),
            // What stands beside it counts for nothing.
            ("state", "another"), ("redirect_uri", "https://evil.example/"),
        ];
        let sent = attempt.carrying(&carried);
        let callback = Person::new().sign_in(&sent.url, "alice", ALICE).await;
        party.finish(&attempt, &callback).await;
        assert_eq!(host.fetches("/object"), 1);
    }

    async fn nothing_is_fetched_unless_it_is_switched_on_and_registered(backend) {
        let host = Site::plain();
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let uri = host.at("/object");
        let clients = [client("app", &key, std::slice::from_ref(&uri)), client("other", &key, &[])];
        let off = server(&backend.url(), &clients, &[LOOPBACK]);
        let party_of = async |server, id| party(server, id).await;
        let party = party_of(&off, "app").await;
        assert_eq!(party.metadata["request_uri_parameter_supported"], false);
        assert_eq!(refusal(&party, &[("request_uri", &uri)]).await, "request_uri_not_supported");

        let on = server(&backend.url(), &clients, &[LOOPBACK, ON]);
        let party = party_of(&on, "app").await;
        let other = party_of(&on, "other").await;
        for elsewhere in [
            host.at("/elsewhere"),
            host.at("/object?x"),
            host.at("/object/"),
            format!("{uri}.jwt"),
            "file:///etc/passwd".to_owned(),
            "https://app.example/object".to_owned(),
        ] {
            let refused = refusal(&party, &[("request_uri", &elsewhere)]).await;
            assert_eq!(refused, "invalid_request_uri", "{elsewhere}");
        }
        assert_eq!(refusal(&other, &[("request_uri", &uri)]).await, "invalid_request_uri");
        let both = [("request_uri", &*uri), ("request", "x")];
        assert_eq!(refusal(&party, &both).await, "invalid_request");
        // A reference is not pushed (RFC 9126 §2.1).
        let pushed = party.post("pushed_authorization_request_endpoint", &both[..1]).await;
        assert_eq!(pushed.error(), "invalid_request", "{pushed:?}");
        assert_eq!(host.fetches("/object") + host.fetches("/elsewhere"), 0);
    }

    async fn an_object_is_held_to_the_rules_wherever_it_lies(backend) {
        let host = Site::plain();
        let [key, other] = [(); 2].map(|()| SigningKey::generate(Algorithm::ES256).unwrap());
        let names = ["unsigned", "foreign", "expired", "nested", "not-ours", "no-object"];
        let uris = names.map(|name| host.at(&format!("/{name}")));
        let server = server(&backend.url(), &[client("app", &key, &uris)], &[LOOPBACK, ON]);
        let party = party(&server, "app").await;
        let attempt = party.authorize_url(&[]);
        let sign = |key: &SigningKey, changes: Value| {
            key.sign("JWT", &claims(&attempt, changes)).unwrap()
        };
        for (name, object) in [
            ("unsigned", unsigned_jwt(&claims(&attempt, json!({})))),
            ("foreign", sign(&other, json!({}))),
            ("expired", sign(&key, json!({"exp": 1}))),
            ("nested", sign(&key, json!({"request_uri": uris[0]}))),
            ("not-ours", sign(&key, json!({"client_id": "another"}))),
            ("no-object", "<html>".to_owned()),
        ] {
            let uri = host.serve(&format!("/{name}"), JWT, &*object);
            let refused = refusal(&party, &[("request_uri", &uri)]).await;
            assert_eq!(refused, "invalid_request_object", "{name}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_fetched_is_asked_for_once() {
    let host = Site::plain();
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let uris = ["/gone", "/page", "/long"].map(|path| host.at(path));
    let database = symbolon_testkit::Backend::Sqlite.url();
    let server = server(&database, &[client("app", &key, &uris)], &[LOOPBACK, ON]);
    let party = party(&server, "app").await;
    host.serve("/page", "text/html", "a.b.c");
    host.serve("/long", JWT, "a".repeat(17 * 1024));
    for uri in &uris {
        for _ in 0..3 {
            let refused = refusal(&party, &[("request_uri", uri)]).await;
            assert_eq!(refused, "invalid_request_uri", "{uri}");
        }
    }
    for path in ["/gone", "/page", "/long"] {
        assert_eq!(host.fetches(path), 1, "{path}");
    }
}

#[tokio::test]
async fn a_fragment_names_a_version_and_a_crowd_makes_one_fetch() {
    let host = Site::plain();
    let key = SigningKey::generate(Algorithm::ES256).unwrap();
    let uri = host.at("/object");
    let database = symbolon_testkit::Backend::Sqlite.url();
    let server = server(
        &database,
        &[client("app", &key, std::slice::from_ref(&uri))],
        &[LOOPBACK, ON],
    );
    let party = party(&server, "app").await;
    let says = |prompt: &str| {
        let attempt = party.authorize_url(&[("prompt", prompt)]);
        key.sign("JWT", &claims(&attempt, json!({"state": "x"})))
            .unwrap()
    };
    host.serve("/object", JWT, says("none"));
    let ask = |uri: String| {
        let party = party.clone();
        tokio::spawn(async move { refusal(&party, &[("request_uri", &uri)]).await })
    };
    let crowd: Vec<_> = (0..20).map(|_| ask(uri.clone())).collect();
    for one in crowd {
        assert_eq!(one.await.unwrap(), "login_required");
    }
    assert_eq!(host.fetches("/object"), 1);
    host.serve("/object", JWT, says("nonsense"));
    assert_eq!(
        ask(uri.clone()).await.unwrap(),
        "login_required",
        "as it was"
    );
    assert_eq!(ask(format!("{uri}#2")).await.unwrap(), "invalid_request");
    assert_eq!(host.fetches("/object"), 2);
}

on_both_databases! {
    async fn oidcc_request_uri_unsigned(backend) {
        let host = Site::plain();
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let uri = host.at("/object");
        let mut unsigned = client("app", &key, std::slice::from_ref(&uri));
        unsigned["request_object_signing_alg"] = json!("none");
        let both = [LOOPBACK, ON, ("SYMBOLON_REQUESTS_UNSIGNED_OBJECTS", "true")];
        let server = server(&backend.url(), &[unsigned], &both);
        let party = party(&server, "app").await;
        let attempt = party.authorize_url(&[]);
        let object = unsigned_jwt(&claims(&attempt, json!({})));
        host.serve("/object", "application/jwt", format!("{object}\n"));
        let sent = attempt.carrying(&[
            ("client_id", "app"), ("request_uri", &uri), ("response_type", "code"),
        ]);
        let callback = Person::new().sign_in(&sent.url, "alice", ALICE).await;
        party.finish(&attempt, &callback).await;
    }
}

/// The keys that the server publishes.
async fn published(party: &RelyingParty) -> Vec<Value> {
    let url = party.endpoint("jwks_uri");
    let answer = Answer::to(symbolon_testkit::http().get(url)).await;
    answer.json["keys"].as_array().unwrap().clone()
}
