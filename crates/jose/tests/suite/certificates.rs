//! What is read of a certificate, and what makes it unreadable.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use serde_json::json;
use symbolon_core::certificate::DistinguishedName;
use symbolon_jose::certificate::{read_certificate, registered_certificates};

fn made() -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "DE");
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Example, Inc.");
    params.distinguished_name.push(DnType::CommonName, "app");
    params.subject_alt_names = vec![
        SanType::DnsName("app.example".try_into().unwrap()),
        SanType::URI("https://app.example/id".try_into().unwrap()),
        SanType::Rfc822Name("app@app.example".try_into().unwrap()),
        SanType::IpAddress("192.0.2.7".parse().unwrap()),
        SanType::IpAddress("2001:db8::7".parse().unwrap()),
    ];
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

#[test]
fn subject_and_alternative_names_are_read() {
    let der = made();
    let read = read_certificate(&der).unwrap();
    let subject = DistinguishedName::parse("CN=app,O=Example\\, Inc.,C=DE").unwrap();
    assert_eq!(read.subject, subject);
    assert_eq!(read.subject.to_string(), "CN=app,O=Example\\, Inc.,C=DE");
    assert_eq!(read.dns, ["app.example"]);
    assert_eq!(read.uris, ["https://app.example/id"]);
    assert_eq!(read.emails, ["app@app.example"]);
    let addresses: Vec<_> = read.addresses.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["192.0.2.7", "2001:db8::7"]);
    assert_eq!(read.der, der);
}

#[test]
fn what_is_no_certificate_or_has_something_behind_it_is_refused() {
    let der = made();
    for cut in 0..der.len() {
        assert!(read_certificate(&der[..cut]).is_err(), "{cut}");
    }
    assert!(read_certificate(&[&der[..], &[0]].concat()).is_err());
    assert!(read_certificate(&vec![0x30; 20_000]).is_err());
}

#[test]
fn of_a_key_set_the_certificate_of_each_key_counts() {
    let (own, authority) = (made(), made());
    let encode = |der: &[u8]| STANDARD.encode(der);
    let jwks = json!({"keys": [
        {"kty": "EC", "x5c": [encode(&own), encode(&authority)]},
        {"kty": "EC"},
        {"kty": "EC", "x5c": []},
        {"kty": "EC", "x5c": "no array"},
        {"kty": "EC", "x5c": ["no base64!"]},
    ]});
    assert_eq!(registered_certificates(&jwks), [own]);
}
