//! The control API, `/lab/v1/…`: for tests, from this machine, without a secret.
//!
//! One list ([`OPERATIONS`]) is both the routes and the OpenAPI document. A web page of somebody else
//! cannot call it: it would name itself in `Origin`, or the lab by a name that is not this machine's.

mod document;
mod people;
mod requests;
mod state;
mod tokens;

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use axum::{
    body::to_bytes,
    extract::{ConnectInfo, Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, Method, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{exchange::pairs, lab::Lab, layer::refuse, world::LabError};

/// What can be done, with the handler's name for it.
pub(crate) const OPERATIONS: &[Operation] = &[
    Operation("GET", "/health", "Whether the lab is ready.", Act::Health),
    Operation("GET", "/openapi.json", "This document.", Act::Document),
    Operation("GET", "/clock", "What time it is here.", Act::Clock),
    Operation(
        "PUT",
        "/clock",
        "Sets the clock: `now` in unix seconds, `forward` in seconds, `frozen` true or false.",
        Act::SetClock,
    ),
    Operation(
        "GET",
        "/faults",
        "All faults, and which are on.",
        Act::Faults,
    ),
    Operation(
        "PUT",
        "/faults/clients/{name}",
        "The faults of a client: a list of names.",
        Act::ClientFaults,
    ),
    Operation(
        "PUT",
        "/faults/people/{name}",
        "The faults of a person, by username: a list of names.",
        Act::PersonFaults,
    ),
    Operation(
        "POST",
        "/faults/next",
        "Faults of the next requests: `faults`, `count`, `endpoint`.",
        Act::NextFaults,
    ),
    Operation("DELETE", "/faults", "No faults any more.", Act::NoFaults),
    Operation(
        "GET",
        "/state",
        "Organizations, roles, people and clients, as a declared state.",
        Act::State,
    ),
    Operation(
        "PATCH",
        "/state",
        "Makes a declared state true. What it does not name stays as it is.",
        Act::Declare,
    ),
    Operation(
        "DELETE",
        "/state",
        "Everything as it was at the start.",
        Act::Reset,
    ),
    Operation(
        "PUT",
        "/people/{name}/claims",
        "Claims of a person beside their own, for ID tokens and userinfo.",
        Act::Claims,
    ),
    Operation(
        "DELETE",
        "/people/{name}/sessions",
        "Ends all sessions of a person, and revokes what came of them.",
        Act::EndSessions,
    ),
    Operation(
        "POST",
        "/tokens",
        "Mints any token: `claims`, and if wanted `typ`, `algorithm`, `kid`, `lifetime` in seconds.",
        Act::Mint,
    ),
    Operation(
        "POST",
        "/keys/rotate",
        "New signing keys, which sign at once; the old ones stay published.",
        Act::Rotate,
    ),
    Operation(
        "GET",
        "/requests",
        "What was asked and answered: `endpoint`, `client`, `after`; `count` and `wait` in seconds wait for more.",
        Act::Requests,
    ),
    Operation(
        "DELETE",
        "/requests",
        "Forgets what was asked.",
        Act::ForgetRequests,
    ),
    Operation(
        "POST",
        "/snapshots",
        "Keeps the present state; its number.",
        Act::Snapshot,
    ),
    Operation(
        "POST",
        "/snapshots/{name}/restore",
        "Goes back to it. Nobody is signed in then.",
        Act::Restore,
    ),
];

/// Method, path, what it does.
pub(crate) struct Operation(
    pub(crate) &'static str,
    pub(crate) &'static str,
    pub(crate) &'static str,
    Act,
);

#[derive(Clone, Copy)]
enum Act {
    Health,
    Document,
    Clock,
    SetClock,
    Faults,
    ClientFaults,
    PersonFaults,
    NextFaults,
    NoFaults,
    State,
    Declare,
    Reset,
    Claims,
    EndSessions,
    Mint,
    Rotate,
    Requests,
    ForgetRequests,
    Snapshot,
    Restore,
}

/// What an operation answers.
type Answer = Result<Value, Problem>;

/// Why it does not.
pub(super) enum Problem {
    Input(String),
    Missing(String),
    Lab(LabError),
}

impl<E: Into<LabError>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::Lab(error.into())
    }
}

/// A call.
pub(super) struct Call<'a> {
    lab: &'a Lab,
    name: String,
    query: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Call<'_> {
    fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.body).map_err(|error| Problem::Input(error.to_string()))
    }
}

/// Answers below `/lab/v1`.
pub(crate) async fn serve(State(lab): State<Arc<Lab>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>();
    let near = peer.is_some_and(|peer| peer.0.ip().is_loopback());
    if !near || !is_called_from_here(&head.headers) {
        let text = "the control API answers this machine alone, and no web page";
        return refuse(StatusCode::FORBIDDEN, text);
    }
    let path = head.uri.path().trim_start_matches("/lab/v1");
    let Some((act, name)) = find(&head.method, path) else {
        return refuse(StatusCode::NOT_FOUND, "see /lab/v1/openapi.json");
    };
    let Ok(body) = to_bytes(body, 1 << 20).await else {
        return refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is longer than 1 MiB",
        );
    };
    let call = Call {
        lab: &lab,
        name,
        query: pairs(head.uri.query().unwrap_or_default().as_bytes())
            .into_iter()
            .collect(),
        body: body.to_vec(),
    };
    match run(act, &call).await {
        Ok(value) => {
            let json = [(header::CONTENT_TYPE, "application/json")];
            (json, value.to_string()).into_response()
        }
        Err(Problem::Input(text)) => refuse(StatusCode::BAD_REQUEST, &text),
        Err(Problem::Missing(text)) => refuse(StatusCode::NOT_FOUND, &text),
        Err(Problem::Lab(error)) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &error.to_string()),
    }
}

async fn run(act: Act, call: &Call<'_>) -> Answer {
    match act {
        Act::Health => Ok(serde_json::json!({ "ready": true, "issuer": call.lab.issuer })),
        Act::Document => Ok(document::openapi()),
        Act::Clock => Ok(state::clock(call)),
        Act::SetClock => state::set_clock(call).await,
        Act::Faults => Ok(requests::faults(call)),
        Act::ClientFaults => requests::client_faults(call),
        Act::PersonFaults => requests::person_faults(call),
        Act::NextFaults => requests::next_faults(call),
        Act::NoFaults => Ok(requests::no_faults(call)),
        Act::State => state::state(call).await,
        Act::Declare => state::declare(call).await,
        Act::Reset => state::reset(call).await,
        Act::Claims => people::claims(call),
        Act::EndSessions => people::end_sessions(call).await,
        Act::Mint => tokens::mint(call).await,
        Act::Rotate => tokens::rotate(call).await,
        Act::Requests => requests::list(call).await,
        Act::ForgetRequests => Ok(requests::forget(call)),
        Act::Snapshot => state::snapshot(call).await,
        Act::Restore => state::restore(call).await,
    }
}

/// The operation of a path, and what stands in the place of `{name}`.
fn find(method: &Method, path: &str) -> Option<(Act, String)> {
    OPERATIONS
        .iter()
        .find_map(|Operation(own, pattern, _, act)| {
            let name = match pattern.split_once("{name}") {
                None => (path == *pattern).then(String::new),
                Some((before, after)) => {
                    let rest = path.strip_prefix(before)?.strip_suffix(after)?;
                    (!rest.is_empty() && !rest.contains('/')).then(|| decoded(rest))
                }
            }?;
            (method.as_str() == *own).then_some((*act, name))
        })
}

fn decoded(segment: &str) -> String {
    // A plus is a plus in a path.
    let pairs = pairs(segment.replace('+', "%2B").as_bytes());
    pairs
        .into_iter()
        .next()
        .map(|(name, _)| name)
        .unwrap_or_default()
}

fn is_called_from_here(headers: &HeaderMap) -> bool {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    !headers.contains_key(header::ORIGIN) && ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_path_is_one_segment() {
        let name = |path: &str| find(&Method::PUT, path).map(|(_, name)| name);
        assert_eq!(name("/faults/clients/a%2Fb"), Some("a/b".to_owned()));
        assert_eq!(name("/faults/clients/a/b"), None);
        assert_eq!(name("/faults/clients/"), None);
        assert_eq!(name("/clock"), Some(String::new()));
    }
}
