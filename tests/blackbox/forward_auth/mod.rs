//! Forward authentication: a real nginx, with the sample configuration of the documentation, in
//! front of an API that contains no authorization code.

mod away;
mod dead_tokens;
mod direct;
mod document;
mod flip;
mod headers;
mod paths;
mod upstream;

use std::path::{Path, PathBuf};
use std::sync::{OnceLock, mpsc};
use std::thread;

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use serde_json::{Map, Value, json};
use symbolon_testkit::{
    Answer, Authentication, Backend, Nginx, OnEach, Options, RelyingParty, Server,
};

use crate::hostile::raw::{self, Reply, send_to};
use crate::support::{binary, options, personal_token};

const SAMPLE: &str = include_str!("../../../docs/proxies/nginx.conf");

const AUDIENCE: &str = "https://api.invora.example";

const LIST: &str = "/api/v1/simple/invoices";

const BAKER_ID: &str = "01900000-0000-7000-8000-00000000bace";
const CONNECTOR_ID: &str = "01900000-0000-7000-8000-00000000c011";

/// Symbolon, nginx and the API.
struct Place {
    database: String,
    server: Server,
    nginx: Nginx,
}

impl Place {
    fn on(backend: Backend) -> Self {
        let database = backend.url();
        let server = Server::start(binary(), declared(&database));
        let nginx = nginx(&server);
        Self {
            database,
            server,
            nginx,
        }
    }

    /// One that all tests share which change nothing in it.
    fn shared(backend: Backend) -> &'static Self {
        static PLACES: OnEach<Place> = OnEach::new();
        PLACES.get(backend, || Self::on(backend))
    }

    async fn client(&self, name: &str) -> RelyingParty {
        client(&self.server, name).await
    }

    /// A token of a client that names no scope of an API.
    async fn token(&self, client: &str) -> String {
        let answer = self.client(client).await.client_credentials().await;
        answer.tokens().access_token
    }

    /// A personal access token of a machine user.
    fn personal(&self, owner: &str, limits: &[&str]) -> String {
        personal_token(&self.database, owner, limits)
    }

    /// Calls the API through nginx.
    async fn call(&self, method: &str, target: &str, token: &str, headers: &[&str]) -> Called {
        let request = request(method, target, token, headers);
        Called(send_to(self.nginx.url(), request.bytes()).await)
    }

    /// The status of a call of the list of invoices.
    async fn status(&self, token: &str) -> u16 {
        self.call("GET", LIST, token, &[]).await.0.status
    }

    /// Asks Symbolon itself, as a proxy would.
    async fn ask(&self, path: &str, token: &str, headers: &[(&str, &str)]) -> Answer {
        let request = symbolon_testkit::http()
            .get(self.server.at(path))
            .bearer_auth(token);
        let with = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
            request.header(*name, *value)
        };
        Answer::to(headers.iter().fold(request, with)).await
    }
}

async fn client(server: &Server, name: &str) -> RelyingParty {
    let secret = Authentication::Post(format!("{name}-secret"));
    RelyingParty::new(server.issuer(), name, secret).await
}

/// What came of a call through nginx.
#[derive(Debug)]
struct Called(Reply);

impl Called {
    /// What the API saw.
    fn seen(&self) -> Value {
        assert_eq!(self.0.status, 200, "{self:?}");
        serde_json::from_str(&self.0.body).unwrap()
    }

    /// The one value of a header that the API saw; null when there was none.
    fn seen_header(&self, name: &str) -> Value {
        let values = self.seen()["headers"][name].clone();
        let count = values.as_array().map_or(0, Vec::len);
        assert!(count < 2, "{name}: {values}");
        values[0].clone()
    }

    /// The token that the API saw.
    fn seen_token(&self) -> String {
        let authorization = self.seen_header("authorization");
        let token = authorization
            .as_str()
            .and_then(|text| text.strip_prefix("Bearer "));
        token.unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    /// Status, and the reason that Symbolon gave.
    fn refusal(&self) -> (u16, String) {
        let body: Value = serde_json::from_str(&self.0.body).unwrap_or_default();
        let reason = body["reason"].as_str().unwrap_or_default();
        (self.0.status, reason.to_owned())
    }

    fn challenge(&self) -> &str {
        let named = |(name, _): &&(String, String)| name == "www-authenticate";
        let challenges: Vec<_> = self.0.headers.iter().filter(named).collect();
        assert_eq!(challenges.len(), 1, "{self:?}");
        &challenges[0].1
    }
}

fn refused(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}

fn request(method: &str, target: &str, token: &str, headers: &[&str]) -> raw::Request {
    let request = raw::Request::get(target).by(method);
    let request = match token {
        "" => request,
        token => request.with(format!("authorization: Bearer {token}")),
    };
    headers.iter().fold(request, raw::Request::with)
}

/// The state of these tests, beside nothing else.
fn declared(database: &str) -> Options {
    let mut options = options(database).with("SYMBOLON_KEYS_ALGORITHMS", "RS256,ES256");
    options.demo = false;
    options.state = Some(state());
    options
}

fn state() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/blackbox/forward_auth/state.yaml")
}

/// The sample configuration, with the addresses of this machine in place of the sample's.
fn nginx(server: &Server) -> Nginx {
    let symbolon = server.url().trim_start_matches("http://");
    Nginx::start(|address| {
        let mut configuration = SAMPLE.to_owned();
        for (sample, own) in [
            ("listen 443 ssl;", format!("listen {address};")),
            ("ssl_certificate /etc/nginx/api.example.crt;", String::new()),
            (
                "ssl_certificate_key /etc/nginx/api.example.key;",
                String::new(),
            ),
            ("server 127.0.0.1:9000;", format!("server {};", api())),
            ("server 127.0.0.1:8080;", format!("server {symbolon};")),
            (
                "audience=https%3A%2F%2Fapi.example&",
                "audience=https%3A%2F%2Fapi.invora.example&".to_owned(),
            ),
        ] {
            assert_eq!(configuration.matches(sample).count(), 1, "{sample}");
            configuration = configuration.replace(sample, &own);
        }
        configuration
    })
}

/// The address of the API. It outlives the test that asks first.
fn api() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                sender.send(listener.local_addr().unwrap()).unwrap();
                let api = axum::Router::new().fallback(echo);
                axum::serve(listener, api).await.unwrap();
            });
        });
        receiver.recv().unwrap().to_string()
    })
}

/// The whole API: it answers everybody with what they sent.
async fn echo(request: Request) -> Response {
    let mut headers = Map::new();
    for (name, value) in request.headers() {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let values = headers.entry(name.as_str()).or_insert_with(|| json!([]));
        values.as_array_mut().unwrap().push(value.into());
    }
    let seen = json!({
        "method": request.method().as_str(),
        "target": request.uri().to_string(),
        "headers": headers,
    });
    Response::builder()
        .header("content-type", "application/json")
        .body(Body::from(seen.to_string()))
        .unwrap()
}
