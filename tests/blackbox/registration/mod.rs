//! Clients that come by themselves: dynamic registration (RFC 7591) and its management (RFC 7592),
//! and documents that say what a client is.

mod documents;
mod hostile;
mod initial_tokens;
mod life;
mod modules;
mod resource_metadata;
mod statements;

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{Response, Uri};
use axum_server::tls_rustls::RustlsConfig;
use serde_json::{Value, json};
use symbolon_testkit::{Answer, Authentication, Backend, RelyingParty, Server, http};

use crate::document_host::LOOPBACK;
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

/// Status, type and body, by path.
type Pages = Arc<Mutex<HashMap<String, (u16, String, Vec<u8>)>>>;

/// A web site of somebody else: documents by path.
#[derive(Clone)]
pub struct Site {
    url: String,
    pages: Pages,
    visits: Arc<AtomicUsize>,
    certificate: Option<Arc<tempfile::NamedTempFile>>,
}

impl Site {
    /// By http.
    async fn plain() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let site = Self::at("http", &listener, None);
        let service = site.service().into_make_service();
        let server = axum_server::from_tcp(listener).unwrap();
        tokio::spawn(server.serve(service));
        site
    }

    /// By https, with a certificate of its own.
    pub async fn secure() -> Self {
        // Installs the cryptography that this process uses.
        drop(http());
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let file = crate::support::file(&made.cert.pem());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let site = Self::at("https", &listener, Some(Arc::new(file)));
        let pem = made.cert.pem().into_bytes();
        let key = made.signing_key.serialize_pem().into_bytes();
        let config = RustlsConfig::from_pem(pem, key).await.unwrap();
        let service = site.service().into_make_service();
        let server = axum_server::from_tcp_rustls(listener, config).unwrap();
        tokio::spawn(server.serve(service));
        site
    }

    fn at(
        scheme: &str,
        listener: &TcpListener,
        certificate: Option<Arc<tempfile::NamedTempFile>>,
    ) -> Self {
        Self {
            url: format!("{scheme}://{}", listener.local_addr().unwrap()),
            pages: Arc::default(),
            visits: Arc::default(),
            certificate,
        }
    }

    fn service(&self) -> Router {
        let site = self.clone();
        Router::new().fallback(move |uri: Uri| {
            let site = site.clone();
            async move {
                site.visits.fetch_add(1, Ordering::SeqCst);
                let page = site.pages.lock().unwrap().get(uri.path()).cloned();
                let (status, kind, body) =
                    page.unwrap_or((404, "text/plain".to_owned(), Vec::new()));
                Response::builder()
                    .status(status)
                    .header("content-type", kind)
                    .header("location", "/elsewhere")
                    .body(Body::from(body))
                    .unwrap()
            }
        })
    }

    fn say(&self, path: &str, status: u16, kind: &str, body: impl Into<Vec<u8>>) {
        let page = (status, kind.to_owned(), body.into());
        self.pages.lock().unwrap().insert(path.to_owned(), page);
    }

    pub fn serve(&self, path: &str, document: &Value) {
        self.say(path, 200, "application/json", document.to_string());
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The file with its certificate, for who is to trust it.
    pub fn authority(&self) -> String {
        let file = self.certificate.as_ref().unwrap();
        file.path().display().to_string()
    }
}
