//! Clients that come by themselves: dynamic registration (RFC 7591) and its management (RFC 7592),
//! and documents that say what a client is.

mod documents;
mod hostile;
mod initial_tokens;
mod life;
mod modules;
mod resource_metadata;
mod statements;

use serde_json::{Value, json};
use symbolon_testkit::{Answer, Authentication, Backend, RelyingParty, Server, http};

use crate::support::{CALLBACK, binary, merged, options};

/// Anybody may register.
const OPEN: (&str, &str) = ("SYMBOLON_CLIENTS_REGISTRATION", "open");

/// Only with a token.
const WITH_TOKEN: (&str, &str) = ("SYMBOLON_CLIENTS_REGISTRATION", "initial_access_token");

/// A server of its own with the demo state and these settings.
fn server(backend: Backend, settings: &[(&str, &str)]) -> Server {
    on(&backend.url(), settings)
}

fn on(database: &str, settings: &[(&str, &str)]) -> Server {
    let options = options(database).with("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256");
    Server::start(binary(), options.with_all(settings))
}

/// A public application, with more or other members.
fn application(more: &Value) -> Value {
    let members = json!({
        "client_name": "A newcomer",
        "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    });
    merged(members, more)
}

/// The registration endpoint, as the metadata names it.
async fn endpoint(server: &Server) -> String {
    let document = server.at("/.well-known/openid-configuration");
    let metadata = Answer::to(http().get(document)).await.json;
    let address = metadata["registration_endpoint"].as_str();
    address.expect("a registration endpoint").to_owned()
}

async fn register(server: &Server, token: Option<&str>, members: &Value) -> Answer {
    let request = http().post(endpoint(server).await).json(members);
    Answer::to(match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    })
    .await
}

/// A registration that has to work: what is told of it.
async fn registered(server: &Server, members: &Value) -> Value {
    let answer = register(server, None, members).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.json
}

fn assert_refused(answer: &Answer, error: &str) {
    assert_eq!(
        (answer.status.as_u16(), answer.error()),
        (400, error),
        "{answer:?}"
    );
    assert_eq!(answer.header("content-type"), "application/json");
    let description = answer.json["error_description"].as_str().unwrap();
    let legal = |character: char| matches!(character, ' '..='~' if !"\"\\".contains(character));
    assert!(description.chars().all(legal), "{description}");
    assert_eq!(answer.json.as_object().unwrap().len(), 2, "{answer:?}");
}

/// What a registered client does as a relying party.
async fn party(server: &Server, client: &Value) -> RelyingParty {
    let id = client["client_id"].as_str().unwrap();
    let authentication = match client["client_secret"].as_str() {
        Some(secret) => Authentication::Basic(secret.to_owned()),
        None => Authentication::Public,
    };
    let mut party = RelyingParty::new(server.issuer(), id, authentication).await;
    let uri = client["redirect_uris"][0].as_str();
    uri.unwrap_or(CALLBACK).clone_into(&mut party.redirect_uri);
    party
}

/// A request to the client configuration endpoint.
async fn manage(method: reqwest::Method, client: &Value, members: Option<&Value>) -> Answer {
    let uri = client["registration_client_uri"].as_str().unwrap();
    let token = client["registration_access_token"].as_str().unwrap();
    let request = http().request(method, uri).bearer_auth(token);
    Answer::to(match members {
        Some(members) => request.json(members),
        None => request,
    })
    .await
}
