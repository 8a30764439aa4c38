//! The OpenAPI document says what is true: real answers fit it.

use serde_json::{Value, json};
use symbolon_testkit::{Answer, http, on_both_databases};

use super::{BOB_ID, BOT_ID, GINA, GINA_ID, SAM_ID, World};

/// Checks an answer against what the document says of the operation.
fn check(document: &Value, method: &str, path: &str, answer: &Answer) {
    let operation = &document["paths"][path][method];
    assert!(operation.is_object(), "{method} {path} is not documented");
    let status = answer.status.as_str();
    let documented = operation["responses"].get(status);
    if documented.is_some_and(|response| response["headers"]["ETag"].is_object()) {
        assert!(
            answer.header("etag").starts_with('"'),
            "{method} {path}: {answer:?}"
        );
    }
    let schema = match documented {
        Some(response) => response["content"]["application/json"]["schema"].clone(),
        None => {
            assert!(
                !answer.status.is_success(),
                "{method} {path}: {status} is not documented"
            );
            document["components"]["responses"]["Problem"]["content"]["application/problem+json"]["schema"].clone()
        }
    };
    let root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "allOf": [schema],
        "components": document["components"],
    });
    let validator = jsonschema::validator_for(&root).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&answer.json)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(
        errors.is_empty(),
        "{method} {path}: {errors:?}\n{}",
        answer.json
    );
}

on_both_databases! {
    async fn real_answers_fit_their_schemas(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let document = Answer::to(http().get(world.server.at("/admin/v1/openapi.json"))).await.json;
        assert_eq!(document["openapi"], "3.1.0");
        world.signed_in("gina", GINA, "openid").await;
        admin.post("/relations", json!({ "manager": "acme", "held": "admin", "managed": "globex", "acts_as": "viewer" })).await;
        let gets = [
            ("/me", "/me".to_owned()),
            ("/organizations", "/organizations?limit=1".to_owned()),
            ("/organizations/{organization}", "/organizations/acme".to_owned()),
            ("/relations", "/relations".to_owned()),
            ("/users", "/users".to_owned()),
            ("/users/{user}", format!("/users/{BOB_ID}")),
            ("/users/{user}", "/users/no-such".to_owned()),
            ("/users/{user}/sessions", format!("/users/{GINA_ID}/sessions")),
            ("/machines", "/machines".to_owned()),
            ("/machines/{machine}", format!("/machines/{BOT_ID}")),
            ("/tokens", "/tokens".to_owned()),
            ("/clients", "/clients".to_owned()),
            ("/clients/{client}", "/clients/demo-machine".to_owned()),
            ("/clients/{client}/secrets", "/clients/demo-machine/secrets".to_owned()),
            ("/apis", "/apis".to_owned()),
            ("/apis/{audience}", "/apis/https:%2F%2Finvoices.example".to_owned()),
            ("/roles", "/roles".to_owned()),
            ("/roles/{role}", "/roles/globex_clerk".to_owned()),
            ("/grants", "/grants?organization=globex".to_owned()),
            ("/rules", "/rules".to_owned()),
            ("/rules/versions", "/rules/versions".to_owned()),
            ("/rules/versions/{version}", "/rules/versions/1".to_owned()),
            ("/scopes", "/scopes?group=Invora.Invoices".to_owned()),
            ("/scopes/groups", "/scopes/groups?text=invo&limit=1".to_owned()),
            ("/rules/matrix", "/rules/matrix?scopes=Invora.Invoices.Read%20Invora.Invoices.Write".to_owned()),
            ("/rules/matrix", "/rules/matrix?scopes=no%20scope%20%2A".to_owned()),
            ("/rules/compare", "/rules/compare?from=1&to=2".to_owned()),
            ("/keys", "/keys".to_owned()),
            ("/audit", "/audit".to_owned()),
            ("/audit", "/audit?nonsense=1".to_owned()),
        ];
        for (template, path) in gets {
            check(&document, "get", template, &admin.get(&path).await);
        }
        let posts = [
            ("/organizations", json!({ "name": "Hooli" })),
            ("/organizations", json!({ "name": 5 })),
            ("/users", json!({ "username": "eve", "organization": "globex" })),
            ("/machines", json!({ "name": "eve's bot", "organization": "globex" })),
            ("/roles", json!({ "key": "eve", "name": "Eve" })),
            ("/clients", json!({ "metadata": { "client_name": "Eve", "grant_types": ["authorization_code"],
                "redirect_uris": ["https://eve.example/callback"] } })),
            ("/apis", json!({ "audience": "eve", "name": "Eve" })),
            ("/apis/import", json!({ "audience": "eve", "prefix": "Eve", "preview": true,
                "document": { "openapi": "3.0.0", "info": { "title": "Eve" } } })),
            ("/rules/dry-run", json!({ "rules": [] })),
            ("/explain", json!({ "subject": BOB_ID, "organization": "globex", "scope": "Invora.Invoices.Read" })),
            ("/explain", json!({ "subject": SAM_ID, "organization": "globex", "scope": "Invora.Invoices.Read" })),
        ];
        for (path, body) in posts {
            check(&document, "post", path, &admin.post(path, body).await);
        }
        let path = "/grants/{organization}/{subject}/{role}";
        let own = format!("/grants/globex/{BOB_ID}/globex_clerk");
        let put = admin.put(&own, json!({ "expires_at": "2999-01-01T00:00:00Z" })).await;
        check(&document, "put", path, &put);
        let patched = admin.patch(&format!("/users/{BOB_ID}"), 1, json!({ "disabled": true })).await;
        check(&document, "patch", "/users/{user}", &patched);
        let gina = world.signed_in("gina", GINA, "openid Symbolon.Admin.v1.Tokens.Write").await;
        check(&document, "post", "/tokens", &gina.post("/tokens", json!({ "name": "mine" })).await);
    }

    async fn the_document_is_for_everybody_and_each_operation_names_its_scope(backend) {
        let world = World::start(backend);
        let answer = Answer::to(http().get(world.server.at("/admin/v1/openapi.json"))).await;
        assert_eq!(answer.status, 200);
        let mut ids = std::collections::BTreeSet::new();
        for (path, item) in answer.json["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let what = format!("{method} {path}");
                assert!(ids.insert(operation["operationId"].to_string()), "{what}");
                assert!(!operation["summary"].as_str().unwrap().is_empty(), "{what}");
                assert_eq!(operation.get("x-symbolon-scope").is_some(), path != "/me", "{what}");
                let in_path = path.matches('{').count();
                let parameters = operation["parameters"].as_array().unwrap();
                let described = parameters.iter().filter(|own| own["in"] == "path").count();
                assert_eq!(described, in_path, "{what}");
            }
        }
    }
}
