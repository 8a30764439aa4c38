//! Software statements: metadata that somebody signed who is trusted here (RFC 7591 §2.3).

use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jws::{ES256, JwsHeader, serialize_compact};
use serde_json::{Value, json};
use symbolon_testkit::{now, on_both_databases};

use super::{OPEN, application, assert_refused, register, registered, server};
use crate::support::file;

const ISSUER: &str = "https://directory.example";

struct Issuer {
    key: EcKeyPair,
}

impl Issuer {
    fn new() -> Self {
        Self {
            key: EcKeyPair::generate(EcCurve::P256).unwrap(),
        }
    }

    fn trusted(&self) -> tempfile::NamedTempFile {
        let mut public = self.key.to_jwk_public_key();
        public.set_key_id("directory");
        file(&json!({ISSUER: {"keys": [public.as_ref()]}}).to_string())
    }

    fn sign(&self, claims: &Value) -> String {
        let mut header = JwsHeader::new();
        header.set_key_id("directory");
        let signer = ES256.signer_from_der(self.key.to_der_private_key());
        let claims = claims.to_string();
        serialize_compact(claims.as_bytes(), &header, &signer.unwrap()).unwrap()
    }
}

on_both_databases! {
    async fn what_is_vouched_for_stands_in_the_place_of_what_is_said(backend) {
        let issuer = Issuer::new();
        let trusted = issuer.trusted();
        let path = trusted.path().display().to_string();
        let setting = ("SYMBOLON_CLIENTS_SOFTWARE_STATEMENT_ISSUERS", path.as_str());
        let server = server(backend, &[OPEN, setting]);
        let statement = issuer.sign(&json!({
            "iss": ISSUER, "iat": now(), "software_id": "4NRB1-0XZABZI9E6-5SM3R",
            "client_name": "The vouched one", "redirect_uris": ["https://app.example/cb"],
        }));
        let members = application(&json!({"software_statement": statement, "client_name": "Other"}));
        let client = registered(&server, &members).await;
        assert_eq!(client["client_name"], "The vouched one");
        assert_eq!(client["redirect_uris"], json!(["https://app.example/cb"]));
        assert_eq!(client["software_id"], "4NRB1-0XZABZI9E6-5SM3R");
        // RFC 7591 §3.2.1: unmodified.
        assert_eq!(client["software_statement"], statement);

        let good = json!({"iss": ISSUER, "client_name": "x"});
        let mut expired = good.clone();
        expired["exp"] = json!(now() - 120);
        let foreign = Issuer::new();
        let mut tampered = issuer.sign(&good);
        tampered.replace_range(tampered.len() - 4.., "AAAA");
        let unknown = issuer.sign(&json!({"iss": "https://nobody.example"}));
        for (statement, error) in [
            ("x".to_owned(), "invalid_software_statement"),
            (tampered, "invalid_software_statement"),
            (issuer.sign(&expired), "invalid_software_statement"),
            (issuer.sign(&json!({"client_name": "x"})), "invalid_software_statement"),
            (foreign.sign(&good), "invalid_software_statement"),
            (unknown, "unapproved_software_statement"),
            // What is vouched for is held to the same rules.
            (issuer.sign(&json!({"iss": ISSUER, "redirect_uris": ["http://app.example/"]})), "invalid_redirect_uri"),
        ] {
            let members = application(&json!({"software_statement": statement}));
            assert_refused(&register(&server, None, &members).await, error);
        }
    }

    async fn where_nobody_is_trusted_no_statement_counts(backend) {
        let server = server(backend, &[OPEN]);
        let statement = Issuer::new().sign(&json!({"iss": ISSUER}));
        let members = application(&json!({"software_statement": statement}));
        let answer = register(&server, None, &members).await;
        assert_refused(&answer, "unapproved_software_statement");
    }
}
