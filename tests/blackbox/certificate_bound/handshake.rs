//! A token that is bound in a TLS handshake of our own, and good in the next one with the same key.

use std::fs;

use rcgen::{CertificateParams, DnType, KeyPair};
use serde_json::json;
use symbolon_testkit::{Answer, Backend, jwt_payload};

use super::{MACHINE_SECRET, on};

/// A certificate with its key, as reqwest takes them.
fn identity() -> (Vec<u8>, reqwest::Identity) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "A machine");
    let certificate = params.self_signed(&key).unwrap();
    let pem = certificate.pem() + &key.serialize_pem();
    let identity = reqwest::Identity::from_pem(pem.as_bytes()).unwrap();
    (certificate.der().to_vec(), identity)
}

#[tokio::test]
async fn what_is_bound_in_one_handshake_is_good_in_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    fs::write(path("certificate.pem"), made.cert.pem()).unwrap();
    fs::write(path("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let settings = [
        ("SYMBOLON_TLS_CERTIFICATE", path("certificate.pem")),
        ("SYMBOLON_TLS_KEY", path("key.pem")),
        ("SYMBOLON_TLS_CLIENT_CERTIFICATES", "true".to_owned()),
    ];
    let settings = settings
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let server = on(&Backend::Sqlite.url(), &settings);
    let root = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let client = |identity: Option<&reqwest::Identity>| {
        let builder = reqwest::Client::builder()
            .tls_certs_only([root.clone()])
            .no_proxy();
        let builder = match identity {
            None => builder,
            Some(identity) => builder.identity(identity.clone()),
        };
        builder.build().unwrap()
    };
    let (der, own) = identity();
    let (_, other) = identity();
    let ask = async |identity: Option<&reqwest::Identity>| {
        let form = [("grant_type", "client_credentials"), ("scope", "openid")];
        let request = client(identity)
            .post(server.at("/oauth/v2/token"))
            .basic_auth("administrator", Some(MACHINE_SECRET));
        Answer::to(request.form(&form)).await
    };
    let refused = ask(None).await;
    assert_eq!(super::said(&refused), (400, "invalid_request"));
    let answer = ask(Some(&own)).await;
    let token = answer.json["access_token"].as_str().unwrap();
    let metadata = Answer::to(client(None).get(server.at("/.well-known/openid-configuration")));
    let metadata = metadata.await.json;
    assert_eq!(metadata["tls_client_certificate_bound_access_tokens"], true);
    let thumbprint = {
        use base64::Engine as _;
        use sha2::Digest as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(der))
    };
    assert_eq!(jwt_payload(token)["cnf"], json!({"x5t#S256": thumbprint}));
    for (identity, status) in [(Some(&own), 200), (None, 401), (Some(&other), 401)] {
        let request = client(identity)
            .get(server.at("/oidc/v1/userinfo"))
            .bearer_auth(token);
        assert_eq!(Answer::to(request).await.status, status);
    }
}

#[tokio::test]
async fn where_no_certificate_arrives_nothing_is_advertised() {
    let server = crate::support::shared(Backend::Sqlite);
    let url = server.at("/.well-known/openid-configuration");
    let metadata = Answer::to(symbolon_testkit::http().get(url)).await.json;
    assert!(
        metadata
            .get("tls_client_certificate_bound_access_tokens")
            .is_none()
    );
    assert!(metadata.get("mtls_endpoint_aliases").is_none());
}
