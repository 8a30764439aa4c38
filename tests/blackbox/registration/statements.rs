//! Software statements: metadata that somebody signed who is trusted here (RFC 7591 §2.3).

use serde_json::{Value, json};
use symbolon_testkit::{now, on_both_databases};

use super::{OPEN, application, assert_refused, register, registered, server};
use crate::client_assertion::{Key, key};
use crate::support::file;

const ISSUER: &str = "https://directory.example";

/// A file that says that this key is the issuer's.
fn trusting(key: &Key) -> tempfile::NamedTempFile {
    file(&json!({ISSUER: {"keys": [key.public()]}}).to_string())
}

fn signed(key: &Key, claims: &Value) -> String {
    key.sign(&json!({"kid": key.kid()}), claims)
}

on_both_databases! {
    async fn what_is_vouched_for_stands_in_the_place_of_what_is_said(backend) {
        let issuer = key("ES256");
        let trusted = trusting(&issuer);
        let path = trusted.path().display().to_string();
        let setting = ("SYMBOLON_CLIENTS_SOFTWARE_STATEMENT_ISSUERS", path.as_str());
        let server = server(backend, &[OPEN, setting]);
        let statement = signed(&issuer, &json!({
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
        let foreign = key("ES256");
        let mut tampered = signed(&issuer, &good);
        tampered.replace_range(tampered.len() - 4.., "AAAA");
        let unknown = signed(&issuer, &json!({"iss": "https://nobody.example"}));
        for (statement, error) in [
            ("x".to_owned(), "invalid_software_statement"),
            (tampered, "invalid_software_statement"),
            (signed(&issuer, &expired), "invalid_software_statement"),
            (signed(&issuer, &json!({"client_name": "x"})), "invalid_software_statement"),
            (signed(&foreign, &good), "invalid_software_statement"),
            (unknown, "unapproved_software_statement"),
            // What is vouched for is held to the same rules.
            (signed(&issuer, &json!({"iss": ISSUER, "redirect_uris": ["http://app.example/"]})), "invalid_redirect_uri"),
        ] {
            let members = application(&json!({"software_statement": statement}));
            assert_refused(&register(&server, None, &members).await, error);
        }
    }

    async fn where_nobody_is_trusted_no_statement_counts(backend) {
        let server = server(backend, &[OPEN]);
        let statement = signed(&key("ES256"), &json!({"iss": ISSUER}));
        let members = application(&json!({"software_statement": statement}));
        let answer = register(&server, None, &members).await;
        assert_refused(&answer, "unapproved_software_statement");
    }
}
