//! Clients that show a certificate (RFC 8705): `tls_client_auth` and `self_signed_tls_client_auth`,
//! told of by a trusted proxy, and in a handshake of our own.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use symbolon_testkit::{Answer, Backend, Server, http, on_both_databases};

use crate::client_assertion::client;
use crate::support::{binary, declaring, file, options};
use crate::tls::Secured;

const HEADER: &str = "client-cert";

/// An authority, with what it signs with.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate, with its key.
pub struct Shown {
    certificate: Certificate,
    key: KeyPair,
}

fn named(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Example");
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params
}

impl Authority {
    fn new() -> Self {
        let mut params = named("An authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self {
            pem,
            issuer: Issuer::new(params, key),
        }
    }

    fn vouch(&self, common_name: &str) -> Shown {
        let mut params = named(common_name);
        params.subject_alt_names = vec![
            SanType::DnsName(format!("{common_name}.example").try_into().unwrap()),
            SanType::IpAddress("192.0.2.7".parse().unwrap()),
        ];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Shown { certificate, key }
    }
}

/// A certificate of this name that nobody vouches for.
pub fn self_signed(common_name: &str) -> Shown {
    let key = KeyPair::generate().unwrap();
    let certificate = named(common_name).self_signed(&key).unwrap();
    Shown { certificate, key }
}

impl Shown {
    pub fn base64(&self) -> String {
        STANDARD.encode(self.certificate.der())
    }

    /// `x5t#S256` (RFC 8705 §3.1).
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.certificate.der()))
    }

    /// With its key, for a handshake.
    pub fn identity(&self) -> reqwest::Identity {
        let pem = self.certificate.pem() + &self.key.serialize_pem();
        reqwest::Identity::from_pem(pem.as_bytes()).unwrap()
    }

    /// Its key as a client registers it, with the certificate.
    pub fn jwk(&self) -> Value {
        // The point is the end of the public key: 0x04, x, y.
        let point = self.key.public_key_raw();
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        json!({
            "kty": "EC", "crv": "P-256", "kid": self.base64().len().to_string(),
            "x": encode(&point[1..33]), "y": encode(&point[33..]), "x5c": [self.base64()],
        })
    }
}

/// One client of each method and way to be named.
fn clients(registered: &Shown) -> Vec<Value> {
    let by = |id: &str, name: &str, value: &str| {
        client(
            id,
            &json!({"token_endpoint_auth_methods": ["tls_client_auth"], name: value}),
        )
    };
    vec![
        by(
            "by-subject",
            "tls_client_auth_subject_dn",
            "CN=app, O=Example",
        ),
        by("by-dns", "tls_client_auth_san_dns", "app.example"),
        by("by-ip", "tls_client_auth_san_ip", "192.0.2.7"),
        client(
            "self-signed",
            &json!({
                "token_endpoint_auth_methods": ["self_signed_tls_client_auth"],
                "jwks": {"keys": [registered.jwk()]},
            }),
        ),
    ]
}

fn start(backend: Backend, clients: &[Value], settings: &[(&str, &str)]) -> Server {
    let state = json!({"clients": clients});
    Server::start(binary(), declaring(&backend.url(), &state, settings))
}

/// Behind a proxy on this machine.
fn behind_a_proxy(backend: Backend, authority: &Path, clients: &[Value]) -> Server {
    let settings = [
        ("SYMBOLON_PROXY_TRUSTED", "127.0.0.1"),
        ("SYMBOLON_CLIENTS_CERTIFICATE_HEADER", "Client-Cert"),
        (
            "SYMBOLON_CLIENTS_CERTIFICATE_AUTHORITIES",
            authority.to_str().unwrap(),
        ),
    ];
    start(backend, clients, &settings)
}

/// What a proxy forwards for a client.
async fn forwarded(server: &Server, client: &str, headers: &[String]) -> Answer {
    let form = [("grant_type", "client_credentials"), ("client_id", client)];
    let request = http().post(server.at("/oauth/v2/token")).form(&form);
    let request = headers
        .iter()
        .fold(request, |request, value| request.header(HEADER, value));
    Answer::to(request).await
}

fn assert_refused(answer: &Answer, what: &str) {
    let found = (answer.status.as_u16(), answer.error());
    assert_eq!(found, (401, "invalid_client"), "{what}: {answer:?}");
}

on_both_databases! {
    async fn a_proxy_tells_of_the_certificate_in_any_of_its_notations(backend) {
        let (authority, registered) = (Authority::new(), self_signed("self-signed"));
        let file = file(&authority.pem);
        let server = behind_a_proxy(backend, file.path(), &clients(&registered));
        let app = authority.vouch("app");
        let escaped: String =
            url::form_urlencoded::byte_serialize(app.certificate.pem().as_bytes()).collect();
        for client in ["by-subject", "by-dns", "by-ip"] {
            for text in [
                format!(":{}:", app.base64()),
                app.base64(),
                escaped.replace('+', "%20"),
            ] {
                let answer = forwarded(&server, client, std::slice::from_ref(&text)).await;
                assert_eq!(answer.status, 200, "{client} {text}: {answer:?}");
            }
        }
        let text = format!(":{}:", registered.base64());
        let answer = forwarded(&server, "self-signed", &[text]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    async fn another_certificate_or_none_is_refused(backend) {
        let (authority, registered) = (Authority::new(), self_signed("self-signed"));
        let file = file(&authority.pem);
        let server = behind_a_proxy(backend, file.path(), &clients(&registered));
        let text = |shown: &Shown| vec![format!(":{}:", shown.base64())];
        let good = authority.vouch("app");
        // The name is right, and nobody vouches for it: whatever the proxy has let through.
        let forged = self_signed("app");
        let strangers = Authority::new().vouch("app");
        let other = authority.vouch("other");
        for client in ["by-subject", "by-dns", "by-ip"] {
            for (what, headers) in [
                ("none", vec![]),
                ("self-signed", text(&forged)),
                ("another authority", text(&strangers)),
                ("two", [text(&good), text(&good)].concat()),
                ("unreadable", vec![":AAAA:".to_owned()]),
            ] {
                assert_refused(&forwarded(&server, client, &headers).await, what);
            }
        }
        for client in ["by-subject", "by-dns"] {
            assert_refused(&forwarded(&server, client, &text(&other)).await, "another name");
        }
        for (what, headers) in [
            ("none", vec![]),
            ("a certificate of an authority", text(&good)),
            ("the same name", text(&self_signed("self-signed"))),
        ] {
            assert_refused(&forwarded(&server, "self-signed", &headers).await, what);
        }
        // A certificate says nothing for a client of another method.
        assert_refused(&forwarded(&server, "demo-machine", &text(&good)).await, "a secret");
    }
}

#[tokio::test]
async fn a5_5_the_header_of_a_stranger_is_not_looked_at() {
    let (authority, registered) = (Authority::new(), self_signed("self-signed"));
    let file = file(&authority.pem);
    let settings = [
        ("SYMBOLON_PROXY_TRUSTED", "10.0.0.0/8"),
        ("SYMBOLON_CLIENTS_CERTIFICATE_HEADER", "Client-Cert"),
        (
            "SYMBOLON_CLIENTS_CERTIFICATE_AUTHORITIES",
            file.path().to_str().unwrap(),
        ),
    ];
    let server = start(Backend::Sqlite, &clients(&registered), &settings);
    let app = authority.vouch("app");
    let headers = [format!(":{}:", app.base64())];
    assert_refused(
        &forwarded(&server, "by-subject", &headers).await,
        "a stranger",
    );
    let headers = [format!(":{}:", registered.base64())];
    assert_refused(
        &forwarded(&server, "self-signed", &headers).await,
        "a stranger",
    );
}

#[tokio::test]
async fn in_a_handshake_of_our_own_the_certificate_of_the_connection_counts() {
    let (authority, registered) = (Authority::new(), self_signed("self-signed"));
    let (own, authorities) = (Secured::new(), file(&authority.pem));
    let settings = [
        ("SYMBOLON_TLS_CERTIFICATE", own.certificate()),
        ("SYMBOLON_TLS_KEY", own.key()),
        ("SYMBOLON_TLS_CLIENT_CERTIFICATES", "true"),
        (
            "SYMBOLON_CLIENTS_CERTIFICATE_AUTHORITIES",
            authorities.path().to_str().unwrap(),
        ),
    ];
    let server = start(Backend::Sqlite, &clients(&registered), &settings);
    let ask = async |id: &str, shown: Option<&Shown>, header: Option<&str>| {
        let form = [("grant_type", "client_credentials"), ("client_id", id)];
        let request = own.http(shown).post(server.at("/oauth/v2/token"));
        let request = request.form(&form);
        let request = match header {
            Some(value) => request.header(HEADER, value),
            None => request,
        };
        Answer::to(request).await
    };
    let app = authority.vouch("app");
    assert_eq!(ask("by-subject", Some(&app), None).await.status, 200);
    assert_eq!(
        ask("self-signed", Some(&registered), None).await.status,
        200
    );
    assert_refused(&ask("by-subject", None, None).await, "none");
    assert_refused(
        &ask("by-subject", None, Some(&app.base64())).await,
        "by a header",
    );
    assert_refused(
        &ask("by-subject", Some(&self_signed("app")), None).await,
        "forged",
    );
    assert_refused(&ask("self-signed", Some(&app), None).await, "another one");
    // Everybody else is served as ever, whatever they show.
    for shown in [None, Some(&app), Some(&registered)] {
        let http = own.http(shown);
        let request = http.get(server.at("/.well-known/openid-configuration"));
        let metadata = Answer::to(request).await.json;
        let methods = metadata["token_endpoint_auth_methods_supported"].to_string();
        assert!(methods.contains("\"tls_client_auth\""), "{methods}");
        assert!(
            methods.contains("\"self_signed_tls_client_auth\""),
            "{methods}"
        );
    }
}

#[tokio::test]
async fn what_cannot_work_is_not_advertised() {
    let server = crate::support::shared(Backend::Sqlite);
    let url = server.at("/.well-known/openid-configuration");
    let metadata = Answer::to(http().get(url)).await.json;
    assert!(
        !metadata.to_string().contains("tls_client_auth"),
        "{metadata}"
    );
}

#[test]
fn settings_that_make_no_sense_are_refused() {
    for (settings, says) in [
        (
            &[("SYMBOLON_CLIENTS_CERTIFICATE_HEADER", "Client-Cert")][..],
            "proxy.trusted is not",
        ),
        (
            &[("SYMBOLON_TLS_CLIENT_CERTIFICATES", "true")],
            "tls.certificate is not",
        ),
        (
            &[
                ("SYMBOLON_CLIENTS_CERTIFICATE_HEADER", "Client:Cert"),
                ("SYMBOLON_PROXY_TRUSTED", "127.0.0.1"),
            ],
            "clients.certificate_header",
        ),
        (
            &[("SYMBOLON_CLIENTS_CERTIFICATE_AUTHORITIES", "/nowhere")],
            "clients.certificate_authorities",
        ),
    ] {
        let options = options(Backend::Sqlite.url()).with_all(settings);
        let log = Server::try_start(binary(), options).map(drop).unwrap_err();
        assert!(log.contains(says), "{log}");
    }
}
