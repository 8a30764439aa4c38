//! FAPI 2.0. The two plans of the certification suite, module by module: each test has the name of its
//! module, and goes through the ways of authentication and sender constraint that have it. The
//! variants of single countries are left out.
//!
//! `profile` is about what is refused when a client is registered, and at run time.

mod application;
mod assertion;
mod authorization;
mod message_signing;
mod metadata;
mod profile;
mod proof;
mod pushed;
mod refresh;
mod token;

use serde_json::{Value, json};
use symbolon_testkit::{Answer, Backend, OnEach, Server};

use self::application::{Application, Way};

pub use self::application::Keys;
use crate::support::{CALLBACK, binary, declaring};

/// The header in which the proxy of these tests tells of certificates.
const HEADER: &str = "client-cert";

/// What a client of the profile registers.
fn client(id: &str, way: Way, number: usize, profile: &str) -> Value {
    let method = if way.signs_assertions() {
        "private_key_jwt"
    } else {
        "self_signed_tls_client_auth"
    };
    json!({
        "client_id": id,
        "client_name": id,
        "profile": profile,
        "machine_user": "demo-machine",
        "token_endpoint_auth_methods": [method],
        "jwks": Keys::of(number).jwks(),
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "redirect_uris": [CALLBACK],
        "consent": "implicit",
        "id_token_signed_response_alg": "ES256",
        "access_token_signed_response_alg": "ES256",
        "tls_client_certificate_bound_access_tokens": !way.proves_keys(),
    })
}

/// Two clients of each way, one that signs, and one where people are asked.
fn clients() -> Vec<Value> {
    let mut all = Vec::new();
    for way in Way::ALL {
        let name = way.name();
        for number in [0, 1] {
            let id = format!("{name}-{}", number + 1);
            all.push(client(&id, way, number, "fapi2_security"));
        }
        let id = format!("{name}-signing");
        all.push(client(&id, way, 0, "fapi2_message_signing"));
        let mut asking = client(&format!("{name}-asking"), way, 0, "fapi2_security");
        asking["consent"] = "required".into();
        all.push(asking);
    }
    all
}

/// A server of its own with the clients of these tests.
fn server(backend: Backend, settings: &[(&str, &str)]) -> Server {
    on(&backend.url(), &clients(), settings).unwrap()
}

/// The same with these clients, or what it says when it does not start.
fn on(database: &str, clients: &[Value], settings: &[(&str, &str)]) -> Result<Server, String> {
    let usual = [
        ("SYMBOLON_DPOP_ALGORITHMS", "ES256,EdDSA,PS256"),
        ("SYMBOLON_PROXY_TRUSTED", "127.0.0.1"),
        ("SYMBOLON_CLIENTS_CERTIFICATE_HEADER", HEADER),
    ];
    let options = declaring(database, &json!({"clients": clients}), &usual);
    Server::try_start(binary(), options.with_all(settings))
}

/// A server that all of these tests share which leave no trace in it.
fn shared(backend: Backend) -> &'static Server {
    static SERVERS: OnEach<Server> = OnEach::new();
    SERVERS.get(backend, || server(backend, &[]))
}

/// Client number one of these ways.
async fn each(server: &Server, ways: &[Way]) -> Vec<Application> {
    let mut all = Vec::new();
    for way in ways {
        all.push(Application::new(server, *way, 0).await);
    }
    all
}

/// The status and the error of an answer.
fn said(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.error())
}
