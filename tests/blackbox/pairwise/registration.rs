//! Sectors: whose redirect URIs are whose, found out when a client is registered.

use serde_json::{Value, json};
use symbolon_testkit::{Backend, RelyingParty, Site, on_both_databases};

use super::{on, state};
use crate::support::LOOPBACK;
use crate::support::{file, merged, personal_token, symbolon_with};

fn client(more: Value) -> Value {
    let client = json!({
        "client_id": "sectored", "client_name": "Sectored",
        "token_endpoint_auth_methods": ["none"],
        "grant_types": ["authorization_code"],
        "redirect_uris": ["https://a.example/callback", "http://127.0.0.1:5556/callback"],
        "subject_type": "pairwise",
    });
    json!({ "clients": [merged(client, &more)] })
}

/// Registers it on this database; what was said about it, if it was refused.
fn register(database: &str, client: &Value) -> Option<String> {
    let state = file(&client.to_string());
    let path = state.path().to_str().unwrap();
    let arguments = ["apply", "--database", database, "-f", path];
    let output = symbolon_with(&arguments, &[LOOPBACK]);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (!output.status.success()).then_some(text)
}

on_both_databases! {
    async fn oidcc_registration_sector_uri_and_sector_bad(backend) {
        let host = Site::plain();
        let database = backend.url();
        let uris = json!(["https://a.example/callback", "http://127.0.0.1:5556/callback"]);
        let at = host.serve("/uris", "application/json", uris.to_string());
        let sectored = client(json!({"sector_identifier_uri": at}));
        assert_eq!(register(&database, &sectored), None);
        assert_eq!(host.fetches("/uris"), 1);
        // As it is already: nobody looks again.
        assert_eq!(register(&database, &sectored), None);
        assert_eq!(host.fetches("/uris"), 1);
        // With another one, somebody does.
        let more = client(json!({
            "sector_identifier_uri": at,
            "redirect_uris": ["https://a.example/callback", "https://b.example/callback"],
        }));
        let refused = register(&database, &more).unwrap();
        assert!(refused.contains("does not list https://b.example/callback"), "{refused}");
        assert_eq!(host.fetches("/uris"), 2);
    }
}

#[tokio::test]
async fn a_document_that_is_none_gives_no_sector() {
    let host = Site::plain();
    let database = Backend::Sqlite.url();
    for (body, content_type, says) in [
        ("{}", "application/json", "no JSON array"),
        ("[1]", "application/json", "no JSON array"),
        ("[", "application/json", "no JSON array"),
        ("[]", "text/html", "cannot be fetched"),
        (
            &"[".repeat(100_000),
            "application/json",
            "cannot be fetched",
        ),
    ] {
        let at = host.serve("/uris", content_type, body);
        let refused = register(&database, &client(json!({"sector_identifier_uri": at})));
        let refused = refused.unwrap();
        assert!(refused.contains(says), "{body:.20}: {refused}");
    }
    let gone = client(json!({"sector_identifier_uri": host.at("/gone")}));
    let refused = register(&database, &gone).unwrap();
    assert!(refused.contains("cannot be fetched"), "{refused}");
    for (more, says) in [
        (json!({}), "needs sector_identifier_uri"),
        (
            json!({"redirect_uris": ["https://a.example/1", "https://b.example/1"]}),
            "needs sector_identifier_uri",
        ),
        (
            json!({"sector_identifier_uri": "http://a.example/uris"}),
            "loopback",
        ),
    ] {
        let refused = register(&database, &client(more.clone())).unwrap();
        assert!(refused.contains(says), "{more}: {refused}");
    }
}

#[tokio::test]
async fn a_loopback_address_is_fetched_from_only_where_that_is_permitted() {
    let host = Site::plain();
    let uris = json!([
        "https://a.example/callback",
        "http://127.0.0.1:5556/callback"
    ]);
    let at = host.serve("/uris", "application/json", uris.to_string());
    let state = file(&client(json!({"sector_identifier_uri": at})).to_string());
    let path = state.path().to_str().unwrap();
    let arguments = ["apply", "--database", &Backend::Sqlite.url(), "-f", path];
    let output = symbolon_with(&arguments, &[]);
    assert!(!output.status.success());
    assert_eq!(host.fetches("/uris"), 0);
}

on_both_databases! {
    async fn what_is_offered_is_announced_and_managed(backend) {
        let database = backend.url();
        let server = on(&database, &state(), &[LOOPBACK]);
        let known = RelyingParty::demo_web(server.issuer()).await.metadata;
        assert_eq!(known["subject_types_supported"], json!(["public", "pairwise"]));
        let host = Site::plain();
        let at = host.serve("/uris", "application/json", r#"["https://a.example/callback"]"#);
        let token = personal_token(&database, "admin", &[]);
        let register = async |uri: &str| {
            let metadata = json!({
                "client_name": "Managed", "grant_types": ["authorization_code"],
                "token_endpoint_auth_methods": ["none"],
                "redirect_uris": [uri], "subject_type": "pairwise", "sector_identifier_uri": at,
            });
            let request = symbolon_testkit::http()
                .post(server.at("/admin/v1/clients"))
                .bearer_auth(&token)
                .json(&json!({"metadata": metadata}));
            symbolon_testkit::Answer::to(request).await
        };
        let made = register("https://a.example/callback").await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(made.json["client"]["metadata"]["subject_type"], "pairwise");
        let refused = register("https://b.example/callback").await;
        assert_eq!(refused.status, 422, "{refused:?}");
        let said = refused.json.to_string();
        assert!(said.contains("sector_identifier_uri") && said.contains("does not list"), "{said}");
        // A new redirect URI is looked for in the document again.
        let id = made.json["client"]["id"].as_str().unwrap();
        let patched = symbolon_testkit::http()
            .patch(server.at(&format!("/admin/v1/clients/{id}")))
            .bearer_auth(&token)
            .header("if-match", made.header("etag"))
            .header("content-type", "application/merge-patch+json")
            .body(json!({"metadata": {"redirect_uris": ["https://c.example/"]}}).to_string());
        let patched = symbolon_testkit::Answer::to(patched).await;
        assert_eq!(patched.status, 422, "{patched:?}");
    }
}

on_both_databases! {
    async fn oidcc_registration_sector_uri_and_sector_bad_by_the_client_itself(backend) {
        let host = Site::plain();
        let at = host.serve("/uris", "application/json", r#"["https://a.example/callback"]"#);
        let open = ("SYMBOLON_CLIENTS_REGISTRATION", "open");
        let server = on(&backend.url(), &state(), &[LOOPBACK, open]);
        let known = RelyingParty::demo_web(server.issuer()).await;
        let register = async |uri: &str| {
            let request = symbolon_testkit::http()
                .post(known.endpoint("registration_endpoint"))
                .json(&json!({
                    "redirect_uris": [uri], "subject_type": "pairwise",
                    "sector_identifier_uri": at, "userinfo_signed_response_alg": "RS256",
                }));
            symbolon_testkit::Answer::to(request).await
        };
        let made = register("https://a.example/callback").await;
        assert_eq!(made.status, 201, "{made:?}");
        for (name, value) in [
            ("subject_type", "pairwise"),
            ("sector_identifier_uri", &*at),
            ("userinfo_signed_response_alg", "RS256"),
        ] {
            assert_eq!(made.json[name], value, "{made:?}");
        }
        let refused = register("https://b.example/callback").await;
        let error = (refused.status.as_u16(), refused.error());
        assert_eq!(error, (400, "invalid_client_metadata"), "{refused:?}");
        // A change is held to the document too (RFC 7592).
        let text = |name: &str| made.json[name].as_str().unwrap().to_owned();
        let mut members = made.json.clone();
        for own in ["registration_client_uri", "registration_access_token", "client_id_issued_at",
                    "client_secret_expires_at"] {
            members.as_object_mut().unwrap().remove(own);
        }
        let change = async |members: &Value| {
            let request = symbolon_testkit::http()
                .put(text("registration_client_uri"))
                .bearer_auth(text("registration_access_token"))
                .json(members);
            symbolon_testkit::Answer::to(request).await
        };
        let same = change(&members).await;
        assert_eq!(same.status, 200, "{same:?}");
        members["redirect_uris"] = json!(["https://c.example/callback"]);
        assert_eq!(change(&members).await.error(), "invalid_client_metadata");
    }
}
