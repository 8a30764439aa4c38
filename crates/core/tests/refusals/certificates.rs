//! Certificates of clients: which of them prove something, and which do not.

use symbolon_core::{
    certificate::{Certificate, DistinguishedName},
    client::{AuthenticationMethod, Client},
    client_auth::{Credentials, Evidence, Refusal, ShownCertificate},
};

use super::{assertions::evidence, client, parameters};

fn certificate() -> Certificate {
    Certificate {
        der: b"the certificate".to_vec(),
        subject: DistinguishedName::parse("CN=app,O=Example").unwrap(),
        dns: vec!["app.example".to_owned(), "other.example".to_owned()],
        uris: vec!["https://app.example/id".to_owned()],
        addresses: vec!["192.0.2.7".parse().unwrap()],
        emails: vec!["app@app.example".to_owned()],
    }
}

/// A client with this method and these names.
fn named(method: AuthenticationMethod, set: impl Fn(&mut Client)) -> Client {
    let mut client = client();
    client.metadata.token_endpoint_auth_methods = vec![method];
    set(&mut client);
    client
}

fn verify(client: &Client, shown: Option<ShownCertificate<'_>>) -> Result<(), Refusal> {
    let credentials = Credentials::parse(None, &parameters(&[("client_id", "app")])).unwrap();
    let evidence = Evidence {
        certificate: shown,
        ..evidence(None)
    };
    credentials.verify(client, &evidence).map(|_| ())
}

fn vouched(certificate: &Certificate) -> Option<ShownCertificate<'_>> {
    Some(ShownCertificate {
        certificate,
        vouched_for: true,
        registered: &[],
    })
}

fn subject(text: &str) -> Client {
    named(AuthenticationMethod::TlsClientAuth, |client| {
        client.metadata.tls_client_auth_subject_dn = Some(DistinguishedName::parse(text).unwrap());
    })
}

pub(crate) fn reached() -> Vec<Refusal> {
    let certificate = certificate();
    let shown = vouched(&certificate);
    let by = |set: fn(&mut Client)| named(AuthenticationMethod::TlsClientAuth, set);
    let not_vouched = Some(ShownCertificate {
        vouched_for: false,
        ..shown.unwrap()
    });
    let others = [b"another certificate".to_vec()];
    let others = Some(ShownCertificate {
        registered: &others,
        ..shown.unwrap()
    });
    let self_signed = named(AuthenticationMethod::SelfSignedTlsClientAuth, |_| {});
    let refused = [
        (subject("CN=app,O=Example"), None),
        (subject("CN=app,O=Example"), not_vouched),
        (subject("CN=app"), shown),
        (subject("O=Example,CN=app"), shown),
        (
            by(|client| client.metadata.tls_client_auth_san_dns = Some("example".into())),
            shown,
        ),
        (
            by(|client| client.metadata.tls_client_auth_san_dns = Some("*.example".into())),
            shown,
        ),
        (
            by(|client| client.metadata.tls_client_auth_san_dns = Some(String::new())),
            shown,
        ),
        // A name of one kind is none of another.
        (
            by(|client| client.metadata.tls_client_auth_san_uri = Some("app.example".into())),
            shown,
        ),
        (
            by(|client| client.metadata.tls_client_auth_san_email = Some("app".into())),
            shown,
        ),
        (
            by(|client| client.metadata.tls_client_auth_san_ip = "192.0.2.8".parse().ok()),
            shown,
        ),
        (by(|_| {}), shown),
        (self_signed.clone(), None),
        (self_signed.clone(), shown),
        (self_signed, others),
    ];
    let reached = refused.into_iter().map(|(client, shown)| {
        let refusal = verify(&client, shown).unwrap_err();
        assert_eq!(refusal, Refusal::Certificate, "{:?}", client.metadata);
        refusal
    });
    reached.collect()
}

#[test]
fn a_certificate_with_the_registered_name_proves_the_client() {
    let certificate = certificate();
    let shown = vouched(&certificate);
    let by = |set: fn(&mut Client)| named(AuthenticationMethod::TlsClientAuth, set);
    for client in [
        subject("cn=app, o=Example"),
        by(|client| client.metadata.tls_client_auth_san_dns = Some("other.example".into())),
        by(|client| {
            client.metadata.tls_client_auth_san_uri = Some("https://app.example/id".into());
        }),
        by(|client| client.metadata.tls_client_auth_san_ip = "192.0.2.7".parse().ok()),
        by(|client| client.metadata.tls_client_auth_san_email = Some("app@app.example".into())),
    ] {
        verify(&client, shown).unwrap();
    }
    let registered = [b"an older one".to_vec(), certificate.der.clone()];
    let self_signed = Some(ShownCertificate {
        certificate: &certificate,
        vouched_for: false,
        registered: &registered,
    });
    let client = named(AuthenticationMethod::SelfSignedTlsClientAuth, |_| {});
    verify(&client, self_signed).unwrap();
}

#[test]
fn a_public_client_may_show_what_it_likes() {
    let certificate = certificate();
    verify(&client(), vouched(&certificate)).unwrap();
    verify(&client(), None).unwrap();
    // And a client of another method proves nothing by it.
    let basic = named(AuthenticationMethod::ClientSecretBasic, |_| {});
    let refused = verify(&basic, vouched(&certificate)).unwrap_err();
    assert_eq!(refused, Refusal::MethodNotRegistered);
}
