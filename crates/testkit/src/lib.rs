//! What tests share: a throw-away PostgreSQL, a running server, an nginx, a person with a browser
//! and a strict little relying party.
//!
//! A development dependency only. Everything here fails by panicking with a message that says what
//! to do, because its callers are tests: there is nothing that they could handle.

#![expect(
    clippy::disallowed_methods,
    reason = "tests stand at the edge: this reads their environment, and waits for processes"
)]

mod account;
mod answer;
mod attempt;
mod backend;
mod browser;
mod callback;
mod certificate;
mod form;
mod guardian;
mod html;
mod id_token;
mod nginx;
mod on_each;
mod page;
mod postgres;
mod relying_party;
mod server;
mod signature;
mod site;

pub use answer::{Answer, Tokens};
pub use attempt::Attempt;
pub use backend::{Backend, execute, rows};
pub use browser::{Answers, Person, Step};
pub use callback::{Callback, ResponseMode};
pub use certificate::OwnCertificate;
pub use form::{Button, Form};
pub use nginx::Nginx;
pub use on_each::OnEach;
pub use page::Page;
pub use postgres::{Cluster, SERVER_VARIABLE, postgres};
pub use relying_party::{Authentication, RelyingParty};
pub use server::{Options, Server};
pub use signature::{jwt_header, jwt_payload, unsigned_jwt};
pub use site::{Received, Reply, Site};

use std::fs::File;
use std::io::Read as _;
use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use reqwest::cookie::Jar;
use url::Url;

/// Random bytes in hexadecimal: unguessable, and different in every test and process.
fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut random))
        .unwrap_or_else(|error| panic!("cannot read /dev/urandom: {error}"));
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Asks until it is so: changes reach a running server within a second, on a busy machine a little
/// later.
///
/// # Panics
/// When it never is.
pub async fn eventually<Done: Future<Output = bool>>(what: &str, check: impl Fn() -> Done) {
    for _ in 0..1_200 {
        if check().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("never: {what}");
}

/// A name that nothing else has: for a `jti`, or a key.
pub fn unique() -> String {
    random_hex(16)
}

/// Seconds since 1970, for what a test signs itself.
pub fn now() -> i64 {
    std::time::UNIX_EPOCH
        .elapsed()
        .ok()
        .and_then(|elapsed| i64::try_from(elapsed.as_secs()).ok())
        .unwrap_or_default()
}

/// The certificate of the servers that speak https in this test process.
static TRUSTED: OnceLock<reqwest::Certificate> = OnceLock::new();

/// Lets every HTTP client that is made from now on trust this certificate, in PEM, and no other.
///
/// # Panics
/// When it is none, or another one is trusted already.
pub fn trust(certificate: &str) {
    let certificate = reqwest::Certificate::from_pem(certificate.as_bytes())
        .unwrap_or_else(|error| panic!("no certificate: {error}"));
    assert!(
        TRUSTED.set(certificate).is_ok(),
        "a process of tests trusts one certificate"
    );
}

/// An HTTP client for what no browser carries: it follows no redirect and keeps no cookie.
pub fn http() -> reqwest::Client {
    http_client(None)
}

/// An HTTP client that follows no redirect. With a jar it keeps cookies as a browser does.
fn http_client(cookies: Option<Arc<Jar>>) -> reqwest::Client {
    // More than one of rustls's providers may be linked into a test binary: rustls then refuses to
    // choose, and panics at the first connection.
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // An error means that the test binary has made its choice, which is as good.
        rustls::crypto::aws_lc_rs::default_provider()
            .install_default()
            .ok();
    });
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        // The server under test is on this machine: a proxy of the environment is not for it.
        .no_proxy()
        // Nor are its certificates: to read all of them takes longer than most tests.
        .tls_certs_only(TRUSTED.get().cloned());
    let builder = match cookies {
        Some(jar) => builder.cookie_provider(jar),
        None => builder,
    };
    builder
        .build()
        .unwrap_or_else(|error| panic!("cannot build an HTTP client: {error}"))
}

fn parse(url: &str) -> Url {
    Url::parse(url).unwrap_or_else(|error| panic!("{url:?} is no address: {error}"))
}
