//! Clients, their secrets, APIs and keys.

use reqwest::Method;
use serde_json::{Value, json};
use symbolon_testkit::on_both_databases;

use super::{BOT_ID, World, names, problem};
use crate::support::eventually;

fn machine() -> Value {
    json!({
        "id": "worker-client",
        "organization": "globex",
        "machine": BOT_ID,
        "metadata": { "client_name": "Worker", "grant_types": ["client_credentials"] },
    })
}

on_both_databases! {
    async fn a_secret_is_shown_once_and_rotates_with_an_overlap(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let made = admin.post("/clients", machine()).await;
        assert_eq!(made.status, 201, "{made:?}");
        let first = made.json["client_secret"].as_str().unwrap().to_owned();
        assert_eq!(world.machine_token("worker-client", &first).await.status, 200);
        let read = admin.get("/clients/worker-client").await;
        assert!(!read.json.to_string().contains(&first), "A7.6");
        let path = "/clients/worker-client/secrets";
        let rotated = admin.call(Method::POST, path, Some(json!({ "overlap": 3600 })), Some(1)).await;
        assert_eq!(rotated.status, 201, "{rotated:?}");
        let second = rotated.json["client_secret"].as_str().unwrap().to_owned();
        eventually("the new secret is good", async || {
            world.machine_token("worker-client", &second).await.status == 200
        }).await;
        assert_eq!(world.machine_token("worker-client", &first).await.status, 200);
        let listed = admin.get(path).await;
        assert_eq!(names(&listed).len(), 2);
        assert!(!listed.json.to_string().contains(&second));
        let stale = admin.call(Method::POST, path, Some(json!({})), Some(1)).await;
        assert_eq!(stale.status, 412);
        let old = listed.json["items"].as_array().unwrap().iter()
            .find(|secret| secret["expires_at"].is_string()).unwrap();
        let old = format!("{path}/{}", old["id"].as_str().unwrap());
        let ended = admin.call(Method::DELETE, &old, None, Some(2)).await;
        assert_eq!(ended.status, 204, "{ended:?}");
        eventually("the old secret is not", async || {
            world.machine_token("worker-client", &first).await.status == 401
        }).await;
        let last = format!("{path}/{}", rotated.json["id"].as_str().unwrap());
        let last = admin.call(Method::DELETE, &last, None, Some(3)).await;
        assert_eq!(problem(&last), "conflict");
    }

    async fn clients_are_found_by_name_id_and_state(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let found = async |query: &str| {
            let answer = admin.get(&format!("/clients?{query}")).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let items = answer.json["items"].as_array().unwrap().clone();
            let next = answer.json["next"].as_str().map(str::to_owned);
            (items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>(), next)
        };
        assert_eq!(found("name=ACTS%20as").await.0, ["globex-bot", "globex-root"]);
        assert_eq!(found("name=globex-b").await.0, ["globex-bot"]);
        assert_eq!(found("name=acts%20as&organization=acme").await.0, [""; 0]);
        let (first, next) = found("name=acts%20as&limit=1").await;
        assert_eq!(first, ["globex-bot"]);
        let after = next.unwrap();
        assert_eq!(found(&format!("name=acts%20as&limit=1&after={after}")).await, (vec!["globex-root".to_owned()], None));
        admin.patch("/clients/globex-bot", 1, json!({ "disabled": true })).await;
        assert_eq!(found("disabled=true").await.0, ["globex-bot"]);
        assert_eq!(found("disabled=false&name=acts%20as").await.0, ["globex-root"]);
    }

    async fn a_client_is_checked_changed_and_deleted(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        for (change, pointer) in [
            (json!({ "metadata": { "client_name": "W", "grant_types": [] } }), "/metadata"),
            (json!({ "metadata": { "client_name": "W", "grant_types": ["password"] } }), "/metadata/grant_types/0"),
            (json!({ "metadata": { "client_name": "W", "grant_types": ["authorization_code"],
                "redirect_uris": ["javascript:alert(1)"] } }), "/metadata/redirect_uris/0"),
            (json!({ "metadata": { "client_name": "W", "grant_types": ["client_credentials"], "secret": "x" } }),
                "/metadata/secret"),
        ] {
            let mut body = machine();
            body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            let answer = admin.post("/clients", body).await;
            assert_eq!(answer.status, 422, "{change}: {answer:?}");
            assert_eq!(answer.json["errors"][0]["pointer"], pointer, "{answer:?}");
        }
        let mut taken = machine();
        taken["id"] = json!("demo-web");
        assert_eq!(problem(&admin.post("/clients", taken).await), "conflict");
        // Requirement A2.14.
        let mut subject = machine();
        subject["id"] = json!(BOT_ID);
        assert_eq!(problem(&admin.post("/clients", subject).await), "conflict");
        let made = admin.post("/clients", machine()).await;
        let secret = made.json["client_secret"].as_str().unwrap().to_owned();
        let token = world.machine_token("worker-client", &secret).await;
        assert_eq!(token.status, 200);
        let changed = admin.patch("/clients/worker-client", 1, json!({ "metadata": { "client_name": "Renamed" } })).await;
        assert_eq!(changed.json["metadata"]["client_name"], "Renamed", "{changed:?}");
        assert_eq!(changed.json["metadata"]["grant_types"], json!(["client_credentials"]));
        let busy = admin.call(Method::DELETE, &format!("/machines/{BOT_ID}"), None, Some(1)).await;
        assert_eq!(problem(&busy), "conflict", "a client acts as it");
        let gone = admin.call(Method::DELETE, "/clients/worker-client", None, Some(2)).await;
        assert_eq!(gone.status, 204, "{gone:?}");
        eventually("it is gone", async || {
            world.machine_token("worker-client", &secret).await.status == 401
        }).await;
    }

    async fn an_api_is_protected_as_its_document_says(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let document = json!({
            "openapi": "3.1.0", "info": { "title": "Orders" },
            "paths": {
                "/orders": { "get": { "summary": "List orders" }, "post": { "x-symbolon-scope": "Shop.Orders.Create" } },
                "/orders/{id}": { "get": {}, "delete": {} },
            },
        });
        let mut source = json!({
            "audience": "https://orders.example", "prefix": "Shop", "document": document, "preview": true,
        });
        let preview = admin.post("/apis/import", source.clone()).await;
        assert_eq!((preview.status.as_u16(), &preview.json["created"]), (200, &json!(false)), "{preview:?}");
        assert_eq!(preview.json["derived"], json!(["GET /orders", "GET /orders/{id}", "DELETE /orders/{id}"]));
        assert_eq!(admin.get("/apis/https:%2F%2Forders.example").await.status, 404);
        source["preview"] = json!(false);
        let made = admin.post("/apis/import", source).await;
        assert_eq!(made.json["created"], true, "{made:?}");
        let read = admin.get("/apis/https:%2F%2Forders.example").await;
        let scopes: Vec<_> = read.json["scopes"].as_array().unwrap().iter()
            .map(|own| own["scope"].as_str().unwrap()).collect();
        assert_eq!(scopes, ["Shop.Orders.Create", "Shop.Orders.Read", "Shop.Orders.Write"]);
        assert_eq!(names(&admin.get("/apis").await), ["https://invoices.example", "https://orders.example"]);
        let changed = admin.patch("/apis/https:%2F%2Forders.example", 1, json!({ "endpoints": [] })).await;
        assert_eq!((changed.status.as_u16(), &changed.json["endpoints"]), (200, &json!([])), "{changed:?}");
        let gone = admin.call(Method::DELETE, "/apis/https:%2F%2Forders.example", None, Some(2)).await;
        assert_eq!(gone.status, 204);
        for body in [
            json!({ "audience": "urn:symbolon:api", "name": "Mine" }),
            json!({ "audience": "mine", "name": "Mine", "scopes": [{ "scope": "Symbolon.Admin.v1.Mine" }] }),
            json!({ "audience": "mine", "name": "Mine", "endpoints": [{ "method": "GET", "template": "/", "scope": "a.b" }] }),
        ] {
            assert_eq!(problem(&admin.post("/apis", body.clone()).await), "invalid-body", "{body}");
        }
    }

    async fn keys_are_seen_and_rotated(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let before = admin.get("/keys").await;
        assert_eq!(names(&before).len(), 2);
        assert!(!before.json.to_string().contains("\"d\""), "A7.6");
        let made = admin.post("/keys/rotate", json!({})).await;
        assert_eq!((made.status.as_u16(), names_of_made(&made).len()), (201, 2), "{made:?}");
        assert_eq!(made.json["items"][0]["state"], "pending");
        let again = admin.post("/keys/rotate", json!({})).await;
        assert_eq!(again.json["items"], json!([]), "successors wait already");
        assert_eq!(names(&admin.get("/keys").await).len(), 4);
    }
}

fn names_of_made(answer: &symbolon_testkit::Answer) -> Vec<Value> {
    answer.json["items"].as_array().unwrap().clone()
}
