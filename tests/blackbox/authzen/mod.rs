//! AuthZEN. The modules of the OpenID conformance suite are tables here, a row a module under its
//! name; beside them stands what the suite does not ask.

mod callers;
mod evaluation;
mod evaluations;
mod hostile;
mod mapping;
mod metadata;
mod search_action;
mod search_resource;
mod search_subject;

use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};
use symbolon_testkit::{Answer, Backend, OnEach, Options, Server, http};

use crate::support::{apply, binary, options};

const PEP: &str = "authzen-pep";
const PEP_SECRET: &str = "authzen-pep-secret";

const EVALUATION: &str = "/access/v1/evaluation";
const EVALUATIONS: &str = "/access/v1/evaluations";
const SUBJECT: &str = "/access/v1/search/subject";
const RESOURCE: &str = "/access/v1/search/resource";
const ACTION: &str = "/access/v1/search/action";

/// A server with the fixture, `state.yaml` and nothing else, shared by all tests that change nothing.
fn shared(backend: Backend) -> &'static Server {
    &shared_with_database(backend).0
}

/// As [`shared`], with the URL of its database.
fn shared_with_database(backend: Backend) -> &'static (Server, String) {
    static PLACES: OnEach<(Server, String)> = OnEach::new();
    PLACES.get(backend, || {
        let database = backend.url();
        (start(&database), database)
    })
}

/// As [`shared`], on a database of one's own.
fn start(database: &str) -> Server {
    apply(database, &text("conformance/authzen.yaml"));
    apply(database, &text("blackbox/authzen/state.yaml"));
    let options = Options {
        demo: false,
        ..options(database)
    };
    let options = options
        .with("SYMBOLON_ADMIN_ORGANIZATION", "operator")
        .with("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256");
    Server::start(binary(), options)
}

fn text(file: &str) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    std::fs::read_to_string(tests.join(file)).unwrap()
}

/// A question of the policy enforcement point.
async fn ask(server: &Server, path: &str, question: &Value) -> Answer {
    let request = http()
        .post(format!("{}{path}", server.url()))
        .basic_auth(PEP, Some(PEP_SECRET))
        .json(question);
    Answer::to(request).await
}

/// As [`ask`], with a token.
async fn ask_with(server: &Server, token: &str, path: &str, question: &Value) -> Answer {
    let request = http()
        .post(format!("{}{path}", server.url()))
        .bearer_auth(token)
        .json(question);
    Answer::to(request).await
}

/// A module of the conformance suite: what it sends, and what has to come.
struct Module {
    name: String,
    method: Method,
    content_type: &'static str,
    body: String,
    secret: Option<&'static str>,
    request_id: Option<&'static str>,
    times: usize,
    expected: Expected,
}

/// What has to come.
#[derive(Clone)]
enum Expected {
    Decision(bool),
    Decisions(&'static [bool]),
    /// At least these, on all pages together.
    Results(Value),
    Status(&'static [u16]),
    Unauthorized,
}

impl Module {
    fn new(name: &str, body: &Value, expected: Expected) -> Self {
        Self {
            name: name.to_owned(),
            method: Method::POST,
            content_type: "application/json",
            body: body.to_string(),
            secret: Some(PEP_SECRET),
            request_id: None,
            times: 1,
            expected,
        }
    }

    async fn send(&self, server: &Server, path: &str, body: &str) -> Answer {
        let url = format!("{}{path}", server.url());
        let mut request = http()
            .request(self.method.clone(), url)
            .header("content-type", self.content_type)
            .body(body.to_owned());
        if let Some(secret) = self.secret {
            request = request.basic_auth(PEP, Some(secret));
        }
        if let Some(id) = self.request_id {
            request = request.header("x-request-id", id);
        }
        Answer::to(request).await
    }

    async fn check(&self, server: &Server, path: &str) {
        let name = &self.name;
        let mut before = None;
        for _ in 0..self.times {
            let answer = self.send(server, path, &self.body).await;
            if let Some(id) = self.request_id {
                assert_eq!(answer.header("x-request-id"), id, "{name}");
            }
            let is = |status: u16| assert_eq!(answer.status, status, "{name}: {answer:?}");
            match &self.expected {
                Expected::Status(any) => {
                    assert!(any.contains(&answer.status.as_u16()), "{name}: {answer:?}");
                }
                Expected::Unauthorized => {
                    is(401);
                    assert!(!answer.header("www-authenticate").is_empty(), "{name}");
                }
                Expected::Decision(decision) => {
                    is(200);
                    assert_eq!(answer.json["decision"], *decision, "{name}: {answer:?}");
                    assert!(answer.json.get("evaluations").is_none(), "{name}");
                }
                Expected::Decisions(decisions) => {
                    is(200);
                    let all = answer.json["evaluations"].as_array().unwrap();
                    let all: Vec<_> = all.iter().map(|own| own["decision"].as_bool()).collect();
                    let expected: Vec<_> = decisions.iter().copied().map(Some).collect();
                    assert_eq!(all, expected, "{name}: {answer:?}");
                    assert!(answer.json.get("decision").is_none(), "{name}");
                }
                Expected::Results(expected) => {
                    is(200);
                    let found = self.pages(server, path, answer.json.clone()).await;
                    for one in expected.as_array().unwrap() {
                        assert!(found.contains(one), "{name}: {one} in {found:?}");
                    }
                }
            }
            if answer.status == 200 {
                assert_eq!(answer.header("content-type"), "application/json", "{name}");
                assert_eq!(answer.header("cache-control"), "no-store", "{name}");
                let before = before.get_or_insert_with(|| answer.json.clone());
                assert_eq!(before["decision"], answer.json["decision"], "{name}");
                assert_eq!(before["results"], answer.json["results"], "{name}");
            }
        }
    }

    /// Follows the tokens as the suite does: the page as it was asked for, and the token.
    async fn pages(&self, server: &Server, path: &str, mut page: Value) -> Vec<Value> {
        let mut found = Vec::new();
        for _ in 0..100 {
            let results = page["results"].as_array().unwrap();
            found.extend(results.iter().cloned());
            let token = page["page"]["next_token"].as_str().unwrap();
            if token.is_empty() {
                return found;
            }
            let mut question: Value = serde_json::from_str(&self.body).unwrap();
            question["page"]["token"] = json!(token);
            let answer = self.send(server, path, &question.to_string()).await;
            assert_eq!(answer.status, 200, "{}: {answer:?}", self.name);
            page = answer.json;
        }
        panic!("{}: no end of pages", self.name);
    }
}

/// The modules that every endpoint has: of the request id, of repetition and of the transport.
fn transport(family: &str, good: &Value, expected: &Expected) -> Vec<Module> {
    let module = |name: &str| Module::new(&format!("{family}-{name}"), good, expected.clone());
    let rejected = |name: &str, body: &str, status: &'static [u16]| Module {
        body: body.to_owned(),
        expected: Expected::Status(status),
        ..module(name)
    };
    let mut unknown = good.clone();
    unknown["foo"] = json!("bar");
    unknown["futureField"] = json!({"nested": true});
    let good = good.to_string();
    vec![
        Module {
            request_id: Some("conformance-8f7b5c4e-1d2a-4b3c-9d8e-7f6a5b4c3d2e"),
            ..module("x-request-id-echoed")
        },
        Module {
            times: 3,
            ..module("idempotency")
        },
        Module {
            body: unknown.to_string(),
            ..module("unknown-top-level-fields-ignored")
        },
        Module {
            method: Method::GET,
            ..rejected("reject-get-method", &good, &[405])
        },
        Module {
            method: Method::PUT,
            ..rejected("reject-put-method", &good, &[405])
        },
        rejected("reject-top-level-array", &format!("[{good}]"), &[400]),
        Module {
            content_type: "text/plain",
            ..rejected("reject-non-json-content-type", &good, &[415])
        },
        Module {
            content_type: "application/json; charset=utf-8",
            ..module("accept-content-type-with-charset")
        },
        rejected("reject-malformed-json", &good[..good.len() - 1], &[400]),
        rejected("reject-empty-body", "", &[400]),
    ]
}

/// Runs a plan: as many modules as it has, each under a name of its own.
async fn run(server: &Server, path: &str, modules: Vec<Module>, count: usize) {
    let names: std::collections::BTreeSet<_> = modules.iter().map(|own| &own.name).collect();
    assert_eq!((modules.len(), names.len()), (count, count));
    for module in &modules {
        module.check(server, path).await;
    }
}
