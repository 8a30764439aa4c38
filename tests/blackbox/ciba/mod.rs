//! Requests in the back channel (CIBA): a client asks for somebody, the person decides on a page, and
//! the client gets its tokens.
//!
//! The names that end in `_fails` or `_succeeds`, and some others, are those of the modules of the
//! foundation's plan for FAPI-CIBA.

mod flow;
mod object;
mod page;
mod ping;
mod race;
mod request;

use serde_json::{Value, json};
use symbolon_testkit::{Answer, Backend, Options, Page, Person, Server, http, now, unique};

use crate::client_assertion::{KEYS, Key, TYPE};
use crate::support::{ALICE, binary, declaring, merged, type_in};

/// CIBA §10.1.
const GRANT: &str = "urn:openid:params:grant-type:ciba";

const SECRET: &str = "a secret of the clients of these tests";

/// `plain` and `other` have a secret and do not sign; `fapi` signs everything with ES256, `fapi-2`
/// with PS256; `no-grant` may not ask.
fn clients(told_at: Option<&str>) -> Value {
    let client = |id: &str, more: Value| {
        let client = json!({
            "client_id": id, "client_name": format!("The Client {id}"),
            "grant_types": [GRANT, "refresh_token"], "backchannel_token_delivery_mode": "poll",
            "token_endpoint_auth_methods": ["client_secret_post"], "client_secret": SECRET,
            "scope": "invoices.read",
        });
        merged(client, &more)
    };
    let signing = |key: &Key| {
        json!({
            "token_endpoint_auth_methods": ["private_key_jwt"], "client_secret": null,
            "jwks": {"keys": [key.public()]},
            "token_endpoint_auth_signing_alg": key.algorithm(),
            "backchannel_authentication_request_signing_alg": key.algorithm(),
        })
    };
    let mut all = vec![
        client("plain", json!({})),
        client("other", json!({})),
        client("no-refresh", json!({"grant_types": [GRANT]})),
        client("opaque", json!({"access_token_format": "opaque"})),
        client("fapi", signing(&KEYS[2])),
        client("fapi-2", signing(&KEYS[1])),
        client(
            "no-grant",
            json!({
                "grant_types": ["authorization_code"], "redirect_uris": ["https://a.example/"],
                "backchannel_token_delivery_mode": null,
            }),
        ),
    ];
    if let Some(url) = told_at {
        let ping = json!({
            "backchannel_token_delivery_mode": "ping",
            "backchannel_client_notification_endpoint": url,
        });
        all.push(client("pinged", ping));
    }
    // What is null is not there.
    for client in &mut all {
        let members = client.as_object_mut().unwrap();
        members.retain(|_, value| !value.is_null());
    }
    json!({"clients": all})
}

fn server_on(database: &str, issuer: Option<String>, settings: &[(&str, &str)]) -> Server {
    with_clients(database, issuer, settings, &clients(None))
}

fn with_clients(
    database: &str,
    issuer: Option<String>,
    settings: &[(&str, &str)],
    clients: &Value,
) -> Server {
    let options = declaring(database, clients, settings);
    Server::start(binary(), Options { issuer, ..options })
}

/// A server whose clients need not wait long between two questions.
fn server(backend: Backend) -> Server {
    server_on(
        &backend.url(),
        None,
        &[("SYMBOLON_BACKCHANNEL_POLL_INTERVAL", "2s")],
    )
}

/// A form of a client with a secret.
async fn post(server: &Server, path: &str, client: &str, form: &[(&str, &str)]) -> Answer {
    let mut all = vec![("client_id", client), ("client_secret", SECRET)];
    all.extend(form);
    Answer::to(http().post(server.at(path)).form(&all)).await
}

/// A request of a client with a secret.
async fn ask(server: &Server, client: &str, form: &[(&str, &str)]) -> Answer {
    post(server, "/oauth/v2/bc-authorize", client, form).await
}

/// A client with a secret asks for alice: what it then asks with.
async fn begin(server: &Server, client: &str, more: &[(&str, &str)]) -> String {
    let mut form = vec![("scope", "openid"), ("login_hint", "alice")];
    form.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    form.extend(more);
    auth_req_id(&ask(server, client, &form).await)
}

fn auth_req_id(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json["auth_req_id"].as_str().unwrap().to_owned()
}

/// A client with a secret asks for its tokens.
async fn poll(server: &Server, client: &str, auth_req_id: &str) -> Answer {
    let form = [("grant_type", GRANT), ("auth_req_id", auth_req_id)];
    post(server, "/oauth/v2/token", client, &form).await
}

/// A form of a client with a key, at any endpoint.
async fn post_signed(
    server: &Server,
    path: &str,
    client: &str,
    key: &Key,
    form: &[(&str, &str)],
) -> Answer {
    let assertion = key.assertion(client, server.issuer());
    let mut all = vec![
        ("client_assertion_type", TYPE),
        ("client_assertion", &assertion),
    ];
    all.extend(form);
    Answer::to(http().post(server.at(path)).form(&all)).await
}

/// The claims of a good request of a client that signs.
fn object_claims(server: &Server, client: &str) -> Value {
    json!({
        "iss": client, "aud": server.issuer(), "iat": now(), "nbf": now(), "exp": now() + 300,
        "jti": unique(), "scope": "openid", "login_hint": "alice", "binding_message": "1234",
    })
}

/// A signed request.
fn object(key: &Key, claims: &Value) -> String {
    key.sign(&json!({"kid": key.kid()}), claims)
}

/// Alice, signed in at the page of requests.
async fn alice_at_home(server: &Server) -> Person {
    let person = Person::new();
    let page = approvals(&person, server).await;
    assert!(page.url.path().starts_with("/sign-in/"), "{page:?}");
    let page = type_in(&person, &page, "alice", ALICE).await.page();
    assert_eq!(page.url.path(), "/approvals", "{page:?}");
    person
}

async fn approvals(person: &Person, server: &Server) -> Page {
    person.get(server.at("/approvals")).await.page()
}

/// The addresses of the requests that a page lists.
fn listed(page: &Page) -> Vec<String> {
    let mut parts = page.body.split("id=\"request-");
    parts.next();
    parts
        .filter_map(|part| part.split("href=\"").nth(1)?.split('"').next())
        .filter(|address| address.starts_with("/approvals/"))
        .map(str::to_owned)
        .collect()
}

/// The page of the only request that waits.
async fn only_request(person: &Person, server: &Server) -> Page {
    let page = approvals(person, server).await;
    let listed = listed(&page);
    assert_eq!(listed.len(), 1, "{page:?}");
    person.get(server.at(&listed[0])).await.page()
}

/// Decides on a page.
async fn decide(person: &Person, page: &Page, decision: &str) -> Page {
    let fields = [("decision", decision)];
    person.submit(&page.form(), &fields).await.page()
}

/// Alice answers the only request that waits for her.
async fn answer(server: &Server, decision: &str) {
    let person = alice_at_home(server).await;
    let page = only_request(&person, server).await;
    let done = decide(&person, &page, decision).await;
    assert_eq!(done.status, 200, "{done:?}");
    let said = if decision == "allow" {
        "You allowed it"
    } else {
        "You denied it"
    };
    assert!(done.words().contains(said), "{done:?}");
}
