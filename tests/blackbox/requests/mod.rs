//! Authorization requests and responses: how they can travel, and what they are refused for. One file
//! a specification; `modules` are the rules of the OpenID certification plans, by their names.

mod front_channel;
mod modules;
mod pushed;
mod request_object;
mod signed_response;
mod step_up;

use std::{collections::HashMap, sync::OnceLock};

use serde_json::{Value, json};
use symbolon_jose::{Algorithm, SigningKey};
use symbolon_testkit::{
    Attempt, Authentication, Backend, Callback, OnEach, Options, Person, RelyingParty, Server, now,
};

use crate::support::{ALICE, binary, options};

/// The secret of every confidential client of these tests.
const SECRET: &str = "requests-secret";

/// A server of its own with the demo state and the clients of these tests.
fn server(backend: Backend, settings: &[(&str, &str)]) -> Server {
    on(&backend.url(), None, settings)
}

/// The same on this database, for this issuer.
fn on(database: &str, issuer: Option<String>, settings: &[(&str, &str)]) -> Server {
    let keys =
        json!({ "keys": [key(Algorithm::ES256).public_jwk(), key(Algorithm::PS256).public_jwk()] });
    let state = include_str!("state.yaml").replace("KEYS", &keys.to_string());
    let options = options(database).with("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256");
    let options = options.declaring(&state).with_all(settings);
    Server::start(binary(), Options { issuer, ..options })
}

/// A server that all of these tests share which leave no trace in it, with everything switched on.
fn shared(backend: Backend) -> &'static Server {
    static SERVERS: OnEach<Server> = OnEach::new();
    SERVERS.get(backend, || {
        server(
            backend,
            &[
                ("SYMBOLON_REQUESTS_IMPLICIT_AND_HYBRID", "true"),
                ("SYMBOLON_REQUESTS_UNSIGNED_OBJECTS", "true"),
            ],
        )
    })
}

async fn confidential(server: &Server, client_id: &str) -> RelyingParty {
    let secret = Authentication::Basic(SECRET.to_owned());
    RelyingParty::new(server.issuer(), client_id, secret).await
}

/// A key of the clients that sign: one of each algorithm for all tests.
fn key(algorithm: Algorithm) -> &'static SigningKey {
    static KEYS: OnceLock<HashMap<Algorithm, SigningKey>> = OnceLock::new();
    let keys = KEYS.get_or_init(|| {
        [Algorithm::ES256, Algorithm::PS256]
            .map(|algorithm| (algorithm, SigningKey::generate(algorithm).unwrap()))
            .into()
    });
    &keys[&algorithm]
}

/// A browser in which alice is signed in.
async fn signed_in(server: &Server) -> Person {
    let browser = Person::new();
    let party = RelyingParty::demo_web(server.issuer()).await;
    let attempt = party.authorize_url(&[]);
    browser.sign_in(&attempt.url, "alice", ALICE).await.code();
    browser
}

/// The parameters of an attempt as the claims of a request object, with these in their place; null
/// takes one away.
fn claims(party: &RelyingParty, attempt: &Attempt, changes: Value) -> Value {
    let mut claims = json!({
        "iss": party.client_id, "aud": party.metadata["issuer"],
        "nbf": now(), "iat": now(), "exp": now() + 300,
    });
    let all = claims.as_object_mut().unwrap();
    all.extend(
        attempt
            .parameters()
            .into_iter()
            .map(|(name, value)| (name, value.into())),
    );
    all.extend(changes.as_object().unwrap().clone());
    all.retain(|_, value| !value.is_null());
    claims
}

/// What an answer says, wherever it stands, once it was found to belong to this attempt.
fn answer(party: &RelyingParty, attempt: &Attempt, callback: &Callback) -> HashMap<String, String> {
    assert_eq!(callback.parameter("iss"), party.metadata["issuer"].as_str());
    assert_eq!(callback.parameter("state"), Some(attempt.state.as_str()));
    callback.parameters.iter().cloned().collect()
}
