//! TLS by ourselves: https, the hardened cookie, and a certificate that is missing.

use std::fs;

use symbolon_testkit::{Backend, Options, Server};

use crate::support::binary;

/// A certificate for 127.0.0.1 that signs itself; the folder, and the certificate as PEM.
fn certificate() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let made =
        rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    fs::write(folder.path().join("certificate.pem"), made.cert.pem()).expect("a file");
    fs::write(
        folder.path().join("key.pem"),
        made.signing_key.serialize_pem(),
    )
    .expect("a file");
    (folder, made.cert.pem())
}

fn options(folder: &tempfile::TempDir) -> Options {
    let path = |name: &str| folder.path().join(name).display().to_string();
    Options::on(Backend::Sqlite.url())
        .with("SYMBOLON_TLS_CERTIFICATE", &path("certificate.pem"))
        .with("SYMBOLON_TLS_KEY", &path("key.pem"))
}

#[tokio::test]
async fn with_a_certificate_the_issuer_is_https_and_the_cookie_hardened() {
    let (folder, pem) = certificate();
    let server = Server::start(binary(), options(&folder));
    assert!(
        server.issuer().starts_with("https://127.0.0.1:"),
        "{}",
        server.issuer()
    );

    let root = reqwest::Certificate::from_pem(pem.as_bytes()).expect("a certificate");
    let client = reqwest::Client::builder()
        .tls_certs_only([root])
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("a client");
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
    let (folder, _) = certificate();
    fs::remove_file(folder.path().join("certificate.pem")).expect("it was there");
    let refusal = Server::try_start(binary(), options(&folder))
        .map(drop)
        .expect_err("it must stop");
    assert!(refusal.contains("tls.certificate"), "{refusal}");
}
