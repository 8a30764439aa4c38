//! TLS by ourselves: https, the hardened cookie, and a certificate that is missing.

use std::fs;

use symbolon_testkit::{Backend, Options, OwnCertificate, Server};
use tempfile::NamedTempFile;

use crate::client_certificate::Shown;
use crate::support::{binary, file};

/// What a server on 127.0.0.1 speaks https with: a certificate that signs itself, and its key, in files.
pub struct Secured {
    certificate: NamedTempFile,
    key: NamedTempFile,
    root: reqwest::Certificate,
}

impl Secured {
    pub fn new() -> Self {
        let own = OwnCertificate::new();
        Self {
            certificate: file(&own.pem()),
            key: file(&own.key_pem()),
            root: reqwest::Certificate::from_pem(own.pem().as_bytes()).unwrap(),
        }
    }

    /// Where its certificate is.
    pub fn certificate(&self) -> &str {
        self.certificate.path().to_str().unwrap()
    }

    /// Where its key is.
    pub fn key(&self) -> &str {
        self.key.path().to_str().unwrap()
    }

    /// A client that trusts the certificate alone, and shows this one.
    pub fn http(&self, shown: Option<&Shown>) -> reqwest::Client {
        let builder = reqwest::Client::builder()
            .tls_certs_only([self.root.clone()])
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        let builder = match shown {
            Some(shown) => builder.identity(shown.identity()),
            None => builder,
        };
        builder.build().unwrap()
    }
}

fn options(secured: &Secured) -> Options {
    Options::on(Backend::Sqlite.url())
        .with("SYMBOLON_TLS_CERTIFICATE", secured.certificate())
        .with("SYMBOLON_TLS_KEY", secured.key())
}

#[tokio::test]
async fn with_a_certificate_the_issuer_is_https_and_the_cookie_hardened() {
    let secured = Secured::new();
    let server = Server::start(binary(), options(&secured));
    assert!(
        server.issuer().starts_with("https://127.0.0.1:"),
        "{}",
        server.issuer()
    );

    let client = secured.http(None);
    let get = async |path: &str| client.get(server.at(path)).send().await.expect("an answer");

    let discovery = get("/.well-known/openid-configuration").await;
    assert!(
        discovery
            .headers()
            .contains_key("strict-transport-security")
    );
    let metadata: serde_json::Value = discovery.json().await.expect("JSON");
    assert_eq!(metadata["issuer"], server.issuer());

    // A6.1: a name that no sibling domain can set, over https alone, out of reach of scripts.
    let authorize = "/oauth/v2/authorize?client_id=demo-web&response_type=code&scope=openid\
        &redirect_uri=http%3A%2F%2F127.0.0.1%3A5556%2Fcallback\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let answer = get(authorize).await;
    let cookie = answer.headers()["set-cookie"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(cookie.starts_with("__Host-symbolon="), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
}

#[test]
fn a_certificate_that_is_missing_is_named() {
    let secured = Secured::new();
    fs::remove_file(secured.certificate()).expect("it was there");
    let refusal = Server::try_start(binary(), options(&secured))
        .map(drop)
        .expect_err("it must stop");
    assert!(refusal.contains("tls.certificate"), "{refusal}");
}
