//! Registrations that were written to do harm.

use serde_json::{Value, json};
use symbolon_testkit::{Answer, http, on_both_databases, rows};

use super::{OPEN, application, assert_refused, endpoint, on, register, server};

on_both_databases! {
    async fn a_body_that_is_no_registration_is_refused(backend) {
        let server = server(backend, &[OPEN]);
        let address = endpoint(&server).await;
        let long = json!({"client_name": "x".repeat(70_000)}).to_string();
        let deep = format!("{{\"jwks\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
        for (kind, body, status) in [
            ("application/json", "", 400),
            ("application/json", "[]", 400),
            ("application/json", "{", 400),
            ("application/json", "{\"redirect_uris\":[],\"redirect_uris\":[]}", 400),
            ("application/json", deep.as_str(), 400),
            ("application/json", long.as_str(), 400),
            ("text/plain", "{}", 415),
            ("application/x-www-form-urlencoded", "client_name=x", 415),
        ] {
            let request = http().post(&address).header("content-type", kind);
            let answer = Answer::to(request.body(body.to_owned())).await;
            assert_eq!(answer.status.as_u16(), status, "{kind} {answer:?}");
            assert_eq!(answer.error(), "invalid_client_metadata", "{answer:?}");
        }
        let huge = "x".repeat(300_000);
        let request = http().post(&address).header("content-type", "application/json");
        assert_eq!(Answer::to(request.body(huge)).await.status, 413);
    }

    async fn a1_3_no_dangerous_address_is_registered(backend) {
        let database = backend.url();
        let server = on(&database, &[OPEN]);
        let before = rows(&database);
        for uri in [
            "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x",
            "file:///etc/passwd", "blob:https://app.example/x", "https://user@app.example/",
            "http://app.example/cb", "/cb", "https://app.example/ cb", "https://app.example\\cb",
            "https://app.example/#", "myapp:/cb", "",
        ] {
            let members = application(&json!({"redirect_uris": [uri]}));
            let answer = register(&server, None, &members).await;
            assert_refused(&answer, "invalid_redirect_uri");
        }
        for name in [
            "client_uri", "logo_uri", "policy_uri", "tos_uri", "initiate_login_uri", "jwks_uri",
        ] {
            for uri in ["javascript:alert(1)", "data:text/html,x", "http://app.example/"] {
                let answer = register(&server, None, &application(&json!({name: uri}))).await;
                assert_refused(&answer, "invalid_client_metadata");
            }
        }
        let uris = json!({"post_logout_redirect_uris": ["javascript:alert(1)"]});
        let answer = register(&server, None, &application(&uris)).await;
        assert_refused(&answer, "invalid_client_metadata");
        let kept = |rows: Vec<String>| {
            rows.into_iter().filter(|row| row.starts_with("client ")).collect::<Vec<_>>()
        };
        assert_eq!(kept(rows(&database)), kept(before));
    }

    async fn keys_that_are_none_are_refused(backend) {
        let server = server(backend, &[OPEN]);
        let private = josekit::jwk::alg::ec::EcKeyPair::generate(josekit::jwk::alg::ec::EcCurve::P256);
        let private = private.unwrap().to_jwk_key_pair();
        for jwks in [
            json!({}),
            json!({"keys": []}),
            json!({"keys": "x"}),
            json!({"keys": [private.as_ref()]}),
            json!({"keys": [{"kty": "oct", "k": "AAAA"}]}),
        ] {
            let members = application(&json!({
                "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks,
            }));
            let answer = register(&server, None, &members).await;
            assert_refused(&answer, "invalid_client_metadata");
        }
        let none = application(&json!({"token_endpoint_auth_method": "private_key_jwt"}));
        assert_refused(&register(&server, None, &none).await, "invalid_client_metadata");
    }

    async fn a7_12_no_member_gives_power(backend) {
        let server = server(backend, &[OPEN]);
        let members = application(&json!({
            "client_id": "demo-web", "client_secret": "chosen", "organization": "acme",
            "machine_user": "demo-machine", "roles": ["admin"], "consent": "implicit",
            "introspects": ["https://api.example/"], "audience": ["urn:symbolon:api"],
            "scope": "openid Symbolon.Admin.v1.Clients.Write urn:symbolon:no-api-scope",
            "registration_access_token": "chosen", "client_id_issued_at": 1,
            "grant_types": [
                "authorization_code", "client_credentials", "password",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ],
        }));
        let client = register(&server, None, &members).await;
        assert_eq!(client.status, 201, "{client:?}");
        let client = client.json;
        assert_ne!(client["client_id"], "demo-web");
        assert_eq!(client["grant_types"], json!(["authorization_code"]));
        let scope = client["scope"].as_str().unwrap();
        assert_eq!(scope, "openid profile email address phone offline_access");
        for name in ["consent", "introspects", "audience", "organization", "roles", "client_secret"] {
            assert_eq!(client[name], Value::Null, "{name}");
        }
        let token = client["registration_access_token"].as_str().unwrap();
        assert!(token.starts_with("sy_rat_"), "{token}");
    }

    async fn a_script_of_another_origin_reads_only_what_it_registered(backend) {
        let server = server(backend, &[OPEN]);
        let address = endpoint(&server).await;
        for (origin, expected) in [
            ("https://app.example", "https://app.example"),
            ("https://evil.example", ""),
            ("null", ""),
        ] {
            let members = application(&json!({"redirect_uris": ["https://app.example/cb"]}));
            let request = http().post(&address).header("origin", origin).json(&members);
            let answer = Answer::to(request).await;
            assert_eq!(answer.header("access-control-allow-origin"), expected, "{origin}");
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
    }
}
