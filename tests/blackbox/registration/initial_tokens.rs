//! Initial access tokens: who has one may register, as often and as what it says.

use serde_json::{Value, json};
use symbolon_testkit::{Answer, Server, http, on_both_databases, rows};
use tokio::task::JoinSet;

use super::{WITH_TOKEN, application, assert_refused, endpoint, manage, on, party, register};
use crate::support::{alice, personal_token, run};

/// Makes a token by the command line.
fn token(database: &str, more: &[&str]) -> String {
    let create = [
        "initial-token",
        "--database",
        database,
        "create",
        "--name",
        "ci",
    ];
    run(&[&create[..], more].concat()).trim().to_owned()
}

async fn admin(server: &Server, database: &str) -> String {
    let token = personal_token(database, "admin", &[]);
    let me = http().get(server.at("/admin/v1/me")).bearer_auth(&token);
    assert_eq!(Answer::to(me).await.status, 200);
    token
}

async fn manages(server: &Server, token: &str, body: &Value) -> Answer {
    let request = http().post(server.at("/admin/v1/initial-access-tokens"));
    Answer::to(request.bearer_auth(token).json(body)).await
}

on_both_databases! {
    async fn without_a_token_nobody_registers(backend) {
        let database = backend.url();
        let server = on(&database, &[WITH_TOKEN]);
        let members = application(&json!({}));
        let good = token(&database, &[]);
        assert!(good.starts_with("sy_iat_"), "{good}");
        let last = if good.ends_with('A') { 'B' } else { 'A' };
        let changed = format!("{}{last}", &good[..good.len() - 1]);
        for (token, invalid) in [
            (None, false),
            (Some("x"), true),
            (Some(changed.as_str()), true),
            (Some("sy_rat_x"), true),
        ] {
            let answer = register(&server, token, &members).await;
            assert_eq!(answer.status, 401, "{token:?}: {answer:?}");
            let challenge = answer.header("www-authenticate");
            assert_eq!(challenge.contains("error=\"invalid_token\""), invalid, "{challenge}");
        }
        assert_eq!(register(&server, Some(&good), &members).await.status, 201);
        // It was good for one.
        assert_eq!(register(&server, Some(&good), &members).await.status, 401);
    }

    async fn a_token_registers_exactly_as_many_as_it_says_in_a_crowd(backend) {
        let database = backend.url();
        let server = on(&database, &[WITH_TOKEN]);
        let token = token(&database, &["--uses", "3"]);
        let address = endpoint(&server).await;
        let mut crowd = JoinSet::new();
        for _ in 0..16 {
            let request = http().post(&address).bearer_auth(&token);
            crowd.spawn(Answer::to(request.json(&application(&json!({})))));
        }
        let statuses: Vec<_> = crowd.join_all().await;
        let count = |status: u16| statuses.iter().filter(|one| one.status == status).count();
        assert_eq!((count(201), count(401)), (3, 13), "{statuses:?}");
    }

    async fn what_is_refused_is_no_use_of_it(backend) {
        let database = backend.url();
        let server = on(&database, &[WITH_TOKEN]);
        let token = token(&database, &[]);
        let wrong = application(&json!({"redirect_uris": ["https://app.example/#x"]}));
        assert_refused(&register(&server, Some(&token), &wrong).await, "invalid_redirect_uri");
        let good = application(&json!({}));
        assert_eq!(register(&server, Some(&token), &good).await.status, 201);
    }

    async fn clients_are_what_the_token_permits_now_and_later(backend) {
        let database = backend.url();
        let server = on(&database, &[WITH_TOKEN]);
        let token = token(&database, &[
            "--organization", "acme", "--scope", "Invoices.Read", "--audience",
            "https://api.example/", "--grant", "authorization_code",
        ]);
        let members = application(&json!({"scope": "openid Invoices.Read Invoices.Write"}));
        let answer = register(&server, Some(&token), &members).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let client = answer.json;
        assert_eq!(client["grant_types"], json!(["authorization_code"]));
        let scope = client["scope"].as_str().unwrap();
        assert!(scope.ends_with(" offline_access Invoices.Read"), "{scope}");
        let tokens = alice(&party(&server, &client).await).await;
        let claims = symbolon_testkit::jwt_payload(&tokens.access_token);
        // For userinfo too, since it asks for `openid`.
        assert_eq!(claims["aud"], json!(["https://api.example/", server.issuer()]));
        // A7.12: it is not widened by a change.
        let mut members = client.clone();
        members["scope"] = json!("Invoices.Write");
        members["grant_types"] = json!(["authorization_code", "refresh_token"]);
        members["audience"] = json!(["https://other.example/"]);
        let changed = manage(reqwest::Method::PUT, &client, Some(&members)).await.json;
        assert_eq!(changed["grant_types"], json!(["authorization_code"]));
        assert!(!changed["scope"].as_str().unwrap().contains("Invoices"), "{changed}");
        let tokens = alice(&party(&server, &changed).await).await;
        let claims = symbolon_testkit::jwt_payload(&tokens.access_token);
        // For userinfo too, since it asks for `openid`.
        assert_eq!(claims["aud"], json!(["https://api.example/", server.issuer()]));
        assert!(rows(&database).join("\n").contains("registered"));
    }

    async fn the_management_api_makes_lists_and_revokes_them(backend) {
        let database = backend.url();
        let server = on(&database, &[WITH_TOKEN]);
        let admin = admin(&server, &database).await;
        let made = manages(&server, &admin, &json!({
            "name": "partners", "organization": "acme", "uses": 2,
        })).await;
        assert_eq!(made.status, 201, "{made:?}");
        let text = made.json["text"].as_str().unwrap();
        let id = made.json["token"]["id"].as_str().unwrap();
        assert_eq!(made.json["token"]["grant_types"], json!(["authorization_code", "refresh_token"]));
        assert_eq!(register(&server, Some(text), &application(&json!({}))).await.status, 201);
        let at = |path: &str| server.at(&format!("/admin/v1/initial-access-tokens{path}"));
        let one = Answer::to(http().get(at(&format!("/{id}"))).bearer_auth(&admin)).await.json;
        assert_eq!((&one["uses_left"], &one["live"]), (&json!(1), &json!(true)));
        let all = Answer::to(http().get(at("")).bearer_auth(&admin)).await;
        assert_eq!(all.json["items"], json!([one]));
        assert!(!all.json.to_string().contains(text));
        let revoked = Answer::to(http().delete(at(&format!("/{id}"))).bearer_auth(&admin)).await;
        assert_eq!(revoked.status, 204);
        assert_eq!(register(&server, Some(text), &application(&json!({}))).await.status, 401);
        for (body, status) in [
            (json!({"name": ""}), 422),
            (json!({"name": "x", "uses": 0}), 422),
            (json!({"name": "x", "grant_types": ["client_credentials"]}), 422),
            (json!({"name": "x", "audience": ["no uri"]}), 422),
            (json!({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}), 422),
            (json!({"name": "x", "scope": "\""}), 422),
        ] {
            assert_eq!(manages(&server, &admin, &body).await.status, status, "{body}");
        }
        let nobody = Answer::to(http().get(at(""))).await;
        assert_eq!(nobody.status, 401);
    }

    async fn the_command_line_lists_and_revokes_them(backend) {
        let database = backend.url();
        let server = on(&database, &[WITH_TOKEN]);
        let text = token(&database, &["--uses", "5"]);
        let list = ["initial-token", "--database", &database, "list"];
        let listed = run(&list);
        assert!(listed.starts_with("live  ") && listed.contains("uses left 5"), "{listed}");
        assert!(!listed.contains(&text), "{listed}");
        let id = listed.split_whitespace().nth(1).unwrap();
        run(&["initial-token", "--database", &database, "revoke", id]);
        assert!(run(&list).starts_with("dead  "));
        assert_eq!(register(&server, Some(&text), &application(&json!({}))).await.status, 401);
    }

    async fn an_administrator_sees_that_a_client_came_by_itself_and_cannot_make_it_trusted(backend) {
        let database = backend.url();
        let server = on(&database, &[WITH_TOKEN]);
        let admin = admin(&server, &database).await;
        let token = token(&database, &[]);
        let client = register(&server, Some(&token), &application(&json!({}))).await.json;
        let id = client["client_id"].as_str().unwrap();
        let at = server.at(&format!("/admin/v1/clients/{id}"));
        let seen = Answer::to(http().get(&at).bearer_auth(&admin)).await;
        assert_eq!(seen.json["origin"], "registered");
        let patch = async |body: Value| {
            let tag = Answer::to(http().get(&at).bearer_auth(&admin)).await;
            let request = http().patch(&at).bearer_auth(&admin);
            let request = request.header("if-match", tag.header("etag")).json(&body);
            Answer::to(request).await
        };
        for metadata in [
            json!({"consent": "implicit"}),
            json!({"introspects": ["https://api.example/"]}),
            json!({"role_claims": {"roles": ["id_token"]}}),
            json!({"grant_types": ["authorization_code", "client_credentials"]}),
        ] {
            let answer = patch(json!({"metadata": metadata})).await;
            assert_eq!(answer.status, 422, "{answer:?}");
        }
        let disabled = patch(json!({"disabled": true})).await;
        assert_eq!(disabled.status, 200, "{disabled:?}");
        let read = manage(reqwest::Method::GET, &client, None).await;
        assert_eq!(read.status, 401);
    }
}
