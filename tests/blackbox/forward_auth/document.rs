//! The sections "Personal Access Token", "Multi-Org Access", "Token Claims" and "Scopes" of the
//! document that people integrate by, with the real `curl`, word for word but for the host, the ids
//! and the secrets.

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use symbolon_testkit::{http, jwt_payload, on_both_databases};

use super::{AUDIENCE, BAKER_ID, CONNECTOR_ID, Place, refused};
use crate::machine::verify_with_josekit;
use crate::support::{apply, eventually};

const GATEWAY: &str = "https://stg-gateway.invora.app";

const AUTH: &str = "https://auth.invora.app";

const CLIENT_CREDENTIALS: &str = r#"curl -X POST https://auth.invora.app/oauth/v2/token \
  -H "Content-Type: application/x-www-form-urlencoded" \
  -d "grant_type=client_credentials" \
  -d "client_id=YOUR_CLIENT_ID" \
  -d "client_secret=YOUR_CLIENT_SECRET" \
  -d "scope=openid""#;

const PERSONAL: &str = r#"curl -X POST https://stg-gateway.invora.app/api/v1/simple/invoices/list \
  -H "Content-Type: application/json" \
  -H "Authorization: Bearer YOUR_PAT" \
  -d '{}'"#;

/// "Include the JWT in every API request", and "X-Target-Org-Id".
const CREATE: &str = r#"curl -X POST https://stg-gateway.invora.app/api/v1/simple/invoices \
  -H "Authorization: Bearer eyJhbGciOi..." \
  -H "X-Target-Org-Id: <target-org-id>" \
  -d '{}'"#;

const CREATE_SCOPE: &str = "Invora.Simple.Invoices.v1.Modify.Create";

on_both_databases! {
    async fn the_curl_line_of_the_personal_access_token_reaches_the_api_which_sees_a_jwt(backend) {
        let place = Place::shared(backend);
        let token = place.personal("baker", &[]);
        let (status, seen) = curl(place, PERSONAL, &[("YOUR_PAT", &token)]);
        assert_eq!(status, 200, "{seen}");
        assert_eq!((&seen["method"], &seen["target"]), (&json!("POST"), &json!("/api/v1/simple/invoices/list")));
        let headers = &seen["headers"];
        assert_eq!(headers["x-auth-subject"], json!([BAKER_ID]));
        assert_eq!(headers["x-auth-client"], Value::Null);
        assert!(!seen.to_string().contains("sy_pat_"), "{seen}");
        let jwt = headers["authorization"][0].as_str().unwrap().strip_prefix("Bearer ").unwrap();
        let claims = verify_with_josekit(&place.client("baker").await, jwt, "ES256").await;
        assert_eq!((&claims["sub"], &claims["aud"]), (&json!(BAKER_ID), &json!(AUDIENCE)));
    }

    async fn a_token_of_client_credentials_is_included_in_every_request(backend) {
        let place = Place::shared(backend);
        let token = token_of_the_document(place, "baker");
        let (status, seen) = curl(place, PERSONAL, &[("YOUR_PAT", &token)]);
        assert_eq!(status, 200, "{seen}");
        assert_eq!(seen["headers"]["x-auth-client"], json!(["baker"]));
        assert_eq!(seen["headers"]["x-auth-scope"], json!(["Invora.Simple.Invoices.v1.Read.List"]));
    }

    async fn the_token_has_the_claims_of_the_document(backend) {
        let place = Place::shared(backend);
        let claims = jwt_payload(&token_of_the_document(place, "connector"));
        assert_eq!(claims["sub"], CONNECTOR_ID);
        assert_eq!(claims["org_id"], "platform");
        assert_eq!(claims["roles"], json!({"platform": ["operator"], "florist": ["clerk"]}));
    }

    async fn a_platform_acts_on_behalf_of_its_connected_business(backend) {
        let place = Place::shared(backend);
        let token = token_of_the_document(place, "connector");
        let create = |organization: &str| {
            let fill = [("eyJhbGciOi...", token.as_str()), ("<target-org-id>", organization)];
            curl(place, CREATE, &fill)
        };
        let (status, seen) = create("bakery");
        assert_eq!(status, 200, "{seen}");
        let headers = &seen["headers"];
        assert_eq!(headers["x-auth-organization"], json!(["bakery"]));
        assert_eq!(headers["x-auth-home-organization"], json!(["platform"]));
        assert_eq!(headers["x-auth-roles"], json!(["accountant"]));
        // In its own organization it may only read, and nobody made it manage the florist.
        for organization in ["platform", "florist"] {
            let (status, answer) = create(organization);
            assert_eq!((status, &answer["reason"]), (403, &json!("no_rule_grants")), "{organization}");
        }
    }

    async fn an_organization_without_roles_and_one_that_does_not_exist_look_alike(backend) {
        let place = Place::shared(backend);
        let token = token_of_the_document(place, "baker");
        let answers = ["platform", "no-such-organization"].map(|organization| {
            let fill = [("eyJhbGciOi...", token.as_str()), ("<target-org-id>", organization)];
            curl(place, CREATE, &fill)
        });
        assert_eq!(answers[0], answers[1]);
        assert_eq!((answers[0].0, &answers[0].1["reason"]), (403, &json!("no_role_in_organization")));
    }

    async fn each_endpoint_requires_a_specific_scope_which_the_refusal_names(backend) {
        let place = Place::shared(backend);
        let token = token_of_the_document(place, "connector");
        let called = place.call("POST", "/api/v1/simple/invoices", &token, &[]).await;
        assert_eq!(
            called.challenge(),
            format!(
                "Bearer realm=\"{AUDIENCE}\", error=\"insufficient_scope\", \
                 error_description=\"no rule grants the scope that this endpoint needs\", \
                 scope=\"{CREATE_SCOPE}\""
            )
        );
        assert_eq!(called.0.header("x-auth-reason"), "no_rule_grants");
        // The other endpoint of the same path needs another scope.
        assert_eq!(place.status(&token).await, 200);
    }

    async fn a_token_that_names_scopes_of_the_api_is_good_for_these_alone(backend) {
        let place = Place::shared(backend);
        let party = place.client("baker").await.asking_for(CREATE_SCOPE);
        let token = party.client_credentials().await.tokens().access_token;
        let create = place.call("POST", "/api/v1/simple/invoices", &token, &[]).await;
        assert_eq!(create.seen_header("x-auth-scope"), CREATE_SCOPE);
        let list = place.call("GET", "/api/v1/simple/invoices", &token, &[]).await;
        assert_eq!(list.refusal(), refused(403, "scope_not_in_token"));
    }

    async fn the_super_admin_changes_which_roles_grant_which_scopes_without_a_new_token(backend) {
        let place = Place::on(backend);
        let token = token_of_the_document(&place, "connector");
        let status = async || {
            let called = place.call("POST", "/api/v1/simple/invoices", &token, &[]).await;
            called.0.status
        };
        assert_eq!(status().await, 403);
        apply(&place.database, &format!(
            "rules:\n  - {{ role: operator, pattern: {CREATE_SCOPE}, effect: allow }}\n"
        ));
        eventually("the rule is in force", async || status().await == 200).await;
        // What is not listed any more is granted no more.
        assert_eq!(place.status(&token).await, 403);
        apply(&place.database, "rules: []\n");
        eventually("the rule is gone", async || status().await == 403).await;
    }

    async fn decisions_are_counted_by_reason(backend) {
        let place = Place::on(backend);
        let token = token_of_the_document(&place, "baker");
        place.status(&token).await;
        place.status("").await;
        place.call("GET", "/no/such/endpoint?secret", &token, &[]).await;
        let answer = http().get(place.server.at("/metrics")).send().await.unwrap();
        let text = answer.text().await.unwrap();
        for reason in ["allowed", "credentials_missing", "no_such_endpoint"] {
            let line = format!("symbolon_decisions_total{{reason=\"{reason}\"}} 1");
            assert!(text.contains(&line), "{line} in {text}");
        }
        assert!(text.contains("route=\"forward_auth\",status=\"401\""), "{text}");
    }
}

fn token_of_the_document(place: &Place, client: &str) -> String {
    let secret = format!("{client}-secret");
    let fill = [("YOUR_CLIENT_ID", client), ("YOUR_CLIENT_SECRET", &secret)];
    let (status, answer) = curl(place, CLIENT_CREDENTIALS, &fill);
    assert_eq!((status, &answer["expires_in"]), (200, &json!(43_200)));
    answer["access_token"].as_str().unwrap().to_owned()
}

/// Runs a line of the document in a shell: the status, and the body.
fn curl(place: &Place, line: &str, fill_in: &[(&str, &str)]) -> (u16, Value) {
    let line = line
        .replace(GATEWAY, place.nginx.url())
        .replace(AUTH, place.server.url());
    let line = fill_in
        .iter()
        .fold(line, |line, (blank, value)| line.replace(blank, value));
    let output = Command::new("sh")
        .args(["-c", &format!("{line} -s -w '\\n%{{http_code}}'")])
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
    let printed = String::from_utf8(output.stdout).unwrap();
    let (body, status) = printed.rsplit_once('\n').unwrap();
    let body = serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {printed}"));
    (status.parse().unwrap(), body)
}
