//! The document that people integrate by: its curl lines with the real `curl`, word for word but
//! for the host, the ids and the secrets; its authorization URL, its claims and its endpoints.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use symbolon_testkit::{
    Answer, Callback, Person, RelyingParty, Server, http, jwt_payload, on_both_databases,
};

use crate::support::{ALICE, ALICE_ID, CALLBACK, machine, shared};

const HOST: &str = "https://auth.invora.app";

const CLIENT_CREDENTIALS: &str = r#"curl -X POST https://auth.invora.app/oauth/v2/token \
  -H "Content-Type: application/x-www-form-urlencoded" \
  -d "grant_type=client_credentials" \
  -d "client_id=YOUR_CLIENT_ID" \
  -d "client_secret=YOUR_CLIENT_SECRET" \
  -d "scope=openid""#;

const AUTHORIZE: &str = "https://auth.invora.app/oauth/v2/authorize?client_id=...&response_type=code&code_challenge=...&redirect_uri=...&scope=openid profile email";

const REFRESH: &str = r#"curl -X POST https://auth.invora.app/oauth/v2/token \
  -d "grant_type=refresh_token" \
  -d "refresh_token=YOUR_REFRESH_TOKEN" \
  -d "client_id=YOUR_CLIENT_ID""#;

const ENDPOINTS: [(&str, &str); 4] = [
    (
        "authorization_endpoint",
        "https://auth.invora.app/oauth/v2/authorize",
    ),
    ("token_endpoint", "https://auth.invora.app/oauth/v2/token"),
    (
        "userinfo_endpoint",
        "https://auth.invora.app/oidc/v1/userinfo",
    ),
    ("jwks_uri", "https://auth.invora.app/oauth/v2/keys"),
];

/// RFC 7636 appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

on_both_databases! {
    async fn the_curl_line_of_client_credentials_gives_a_token_for_twelve_hours(backend) {
        let server = shared(backend);
        let answer = curl(
            server,
            CLIENT_CREDENTIALS,
            &[
                ("YOUR_CLIENT_ID", "demo-machine"),
                ("YOUR_CLIENT_SECRET", "demo-machine-secret"),
            ],
        );
        assert_eq!(answer["token_type"], "Bearer");
        assert_eq!(answer["expires_in"], 43_200);
        assert_eq!(answer.get("id_token"), None);
        let token = answer["access_token"].as_str().unwrap();
        assert!(token.starts_with("eyJhbGciOi"), "{token}");
        machine(server, "demo-machine").await.verify(token).await;
        let claims = jwt_payload(token);
        assert_eq!(claims["org_id"], "acme");
        assert_eq!(claims["roles"], json!({"acme": ["robot"]}));
    }

    async fn the_authorization_url_needs_no_code_challenge_method(backend) {
        let tokens = tokens_of_the_document(shared(backend)).await;
        assert!(
            tokens["id_token"].is_string() && tokens["refresh_token"].is_string(),
            "{tokens}"
        );
        assert_eq!(tokens["scope"], "openid profile email");
    }

    async fn an_absent_challenge_method_is_never_plain(backend) {
        let server = shared(backend);
        // With `plain` the challenge would be its own verifier.
        let callback = authorize(server).await;
        let answer = redeem(server, &callback, CHALLENGE).await;
        assert_eq!(
            (answer.status.as_u16(), answer.error()),
            (400, "invalid_grant")
        );
    }

    async fn the_curl_line_of_refresh_works_for_a_public_client(backend) {
        let server = shared(backend);
        let tokens = tokens_of_the_document(server).await;
        let answer = curl(
            server,
            REFRESH,
            &[
                (
                    "YOUR_REFRESH_TOKEN",
                    tokens["refresh_token"].as_str().unwrap(),
                ),
                ("YOUR_CLIENT_ID", "demo-web"),
            ],
        );
        assert_eq!(answer["token_type"], "Bearer");
        assert_eq!(answer["expires_in"], 43_200);
        assert_ne!(answer["refresh_token"], tokens["refresh_token"]);
        assert_ne!(answer["access_token"], tokens["access_token"]);
    }

    async fn the_token_has_the_claims_of_the_document(backend) {
        let tokens = tokens_of_the_document(shared(backend)).await;
        let claims = jwt_payload(tokens["access_token"].as_str().unwrap());
        assert_eq!(claims["sub"], ALICE_ID);
        assert_eq!(claims["org_id"], "acme");
        assert_eq!(
            claims["roles"],
            json!({"acme": ["admin"], "globex": ["viewer"]})
        );
    }

    async fn the_token_is_included_as_the_document_says(backend) {
        let server = shared(backend);
        let tokens = tokens_of_the_document(server).await;
        let line =
            format!("curl {HOST}/oidc/v1/userinfo -H \"Authorization: Bearer eyJhbGciOi...\"");
        let token = tokens["access_token"].as_str().unwrap();
        let userinfo = curl(server, &line, &[("eyJhbGciOi...", token)]);
        assert_eq!(
            (&userinfo["sub"], &userinfo["email"]),
            (&json!(ALICE_ID), &json!("alice@acme.example"))
        );
    }

    async fn the_endpoints_are_where_the_document_says(backend) {
        let server = shared(backend);
        let discovery = server.at("/.well-known/openid-configuration");
        let metadata = Answer::to(http().get(discovery)).await.json;
        for (name, url) in ENDPOINTS {
            assert_eq!(metadata[name], url.replace(HOST, server.issuer()), "{name}");
        }
    }
}

/// Runs a line of the document in a shell.
fn curl(server: &Server, line: &str, fill_in: &[(&str, &str)]) -> Value {
    let line = line.replace(HOST, server.url());
    let line = fill_in
        .iter()
        .fold(line, |line, (blank, value)| line.replace(blank, value));
    let output = Command::new("sh")
        .args(["-c", &line])
        // The server is on this machine: a proxy of the environment is not for it.
        .env("no_proxy", "*")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let problem = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "this test needs `curl`: {line}\n{problem}"
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Where the authorization URL of the document leads when alice signs in.
async fn authorize(server: &Server) -> Callback {
    let url = ["demo-web", CHALLENGE, CALLBACK]
        .iter()
        .fold(AUTHORIZE.to_owned(), |url, value| {
            url.replacen("...", value, 1)
        })
        .replace(HOST, server.url());
    // No state and no nonce, and the spaces as they stand there: a browser encodes them.
    Person::new().sign_in(url, "alice", ALICE).await
}

async fn redeem(server: &Server, callback: &Callback, verifier: &str) -> Answer {
    let party = RelyingParty::demo_web(server.issuer()).await;
    assert_eq!(callback.parameter("state"), None);
    party.exchange(callback.code(), verifier).await
}

async fn tokens_of_the_document(server: &Server) -> Value {
    let callback = authorize(server).await;
    redeem(server, &callback, VERIFIER).await.tokens().json
}
