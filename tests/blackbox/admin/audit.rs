//! Requirement A7.11: every act has its row, and what was refused has none.

use reqwest::Method;
use serde_json::json;
use symbolon_testkit::on_both_databases;

use super::{ADMIN_ID, BOB_ID, BOT_ID, GINA_ID, World, names, problem};

on_both_databases! {
    async fn a7_11_every_act_is_recorded_and_a_refused_one_is_not(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let secret = "an unguessable pass phrase";
        let done = [
            admin.post("/organizations", json!({ "id": "hooli", "name": "Hooli" })).await,
            admin.patch("/organizations/hooli", 1, json!({ "name": "Hooli XYZ" })).await,
            admin.call(Method::DELETE, "/organizations/hooli", None, Some(2)).await,
            admin.post("/users", json!({ "username": "eve", "organization": "globex", "password": secret })).await,
            admin.call(Method::PUT, &format!("/users/{BOB_ID}/password"), Some(json!({ "password": secret })), Some(1)).await,
            admin.patch(&format!("/users/{BOB_ID}"), 2, json!({ "disabled": true })).await,
            admin.delete(&format!("/users/{BOB_ID}/sessions")).await,
            admin.call(Method::DELETE, &format!("/users/{BOB_ID}"), None, Some(3)).await,
            admin.post("/machines", json!({ "name": "eve's bot", "organization": "globex" })).await,
            admin.patch(&format!("/machines/{BOT_ID}"), 1, json!({ "name": "botty" })).await,
            admin.post("/roles", json!({ "key": "eve", "name": "Eve" })).await,
            admin.patch("/roles/eve", 1, json!({ "name": "Adam" })).await,
            admin.put(&format!("/grants/globex/{GINA_ID}/eve"), json!({})).await,
            admin.delete(&format!("/grants/globex/{GINA_ID}/eve")).await,
            admin.call(Method::DELETE, "/roles/eve", None, Some(2)).await,
            admin.post("/relations", json!({ "manager": "acme", "held": "admin", "managed": "globex", "acts_as": "viewer" })).await,
            admin.delete("/relations/acme/admin/globex/viewer").await,
            admin.post("/clients", json!({ "id": "eve-client", "organization": "globex", "machine": BOT_ID,
                "metadata": { "client_name": "Eve", "grant_types": ["client_credentials"] } })).await,
            admin.patch("/clients/eve-client", 1, json!({ "disabled": true })).await,
            admin.call(Method::POST, "/clients/eve-client/secrets", Some(json!({})), Some(2)).await,
            admin.call(Method::DELETE, "/clients/eve-client", None, Some(3)).await,
            admin.post("/apis", json!({ "audience": "eve", "name": "Eve" })).await,
            admin.patch("/apis/eve", 1, json!({ "name": "Adam" })).await,
            admin.call(Method::DELETE, "/apis/eve", None, Some(2)).await,
            admin.change_rules(|rules| rules.push(json!({ "role": "viewer", "pattern": "a.b", "effect": "allow" }))).await,
            admin.post("/keys/rotate", json!({})).await,
        ];
        let expected = [
            "organization.create", "organization.update", "organization.delete",
            "user.create", "user.password", "user.update", "session.end_all", "user.delete",
            "machine.create", "machine.update", "role.create", "role.update", "grant.put",
            "grant.delete", "role.delete", "relation.create", "relation.delete", "client.create",
            "client.update", "client.secret.rotate", "client.delete", "api.create", "api.update",
            "api.delete", "rules.put", "keys.rotate",
        ];
        for (answer, action) in done.iter().zip(expected) {
            assert!(answer.status.is_success(), "{action}: {answer:?}");
            let found = admin.get(&format!("/audit?action={action}")).await;
            let events = found.json["items"].as_array().unwrap();
            assert_eq!(events.len(), 1, "{action}: {found:?}");
            let event = &events[0];
            assert_eq!(event["request_id"], answer.header("x-request-id"), "{action}");
            assert_eq!(event["actor"], ADMIN_ID, "{action}");
            assert!(event["address"].is_string(), "{action}");
        }
        let all = admin.get("/audit?limit=200").await;
        assert_eq!(names(&all).len(), expected.len());
        let rotated = done[19].json["client_secret"].as_str().unwrap();
        for shown in [secret, rotated] {
            assert!(!all.json.to_string().contains(shown), "A7.6");
        }

        let refused = [
            admin.patch("/organizations/globex", 9, json!({ "name": "No" })).await,
            admin.post("/organizations", json!({ "id": "acme", "name": "No" })).await,
            admin.delete("/grants/acme/01900000-0000-7000-8000-000000005a00/no-such").await,
            world.pat("gina").put(&format!("/grants/globex/{GINA_ID}/super_admin"), json!({})).await,
            admin.post("/roles", json!({ "key": "viewer", "name": "No" })).await,
            admin.call(Method::DELETE, "/organizations/acme", None, Some(1)).await,
        ];
        for answer in &refused {
            assert!(answer.status.is_client_error(), "{answer:?}");
        }
        assert_eq!(names(&admin.get("/audit?limit=200").await).len(), expected.len());
    }

    async fn the_log_is_read_where_one_may_and_by_what_one_seeks(backend) {
        let world = World::start(backend);
        let (admin, gina) = (world.pat("admin"), world.pat("gina"));
        assert_eq!(admin.post("/roles", json!({ "key": "one", "name": "One" })).await.status, 201);
        let body = json!({ "key": "two", "name": "Two", "organization": "globex" });
        assert_eq!(gina.post("/roles", body).await.status, 201);
        assert_eq!(gina.patch("/roles/two", 1, json!({ "name": "Due" })).await.status, 200);
        let seen = gina.get("/audit").await;
        assert_eq!(names(&seen).len(), 2, "{seen:?}");
        assert_eq!(names(&admin.get("/audit").await).len(), 3);
        for (filter, count) in [
            (format!("actor={GINA_ID}"), 2),
            ("object=role%2Fone".to_owned(), 1),
            ("action=role.update".to_owned(), 1),
            ("organization=globex".to_owned(), 2),
            ("organization=acme".to_owned(), 0),
            ("from=2001-01-01T00:00:00Z&until=2999-01-01T00:00:00Z".to_owned(), 3),
            ("until=2001-01-01T00:00:00Z".to_owned(), 0),
        ] {
            let found = admin.get(&format!("/audit?{filter}")).await;
            assert_eq!(names(&found).len(), count, "{filter}: {found:?}");
        }
        assert_eq!(gina.get("/audit?organization=acme").await.json["items"], json!([]));
        let page = admin.get("/audit?limit=2").await;
        let next = page.json["next"].as_str().unwrap();
        assert_eq!(names(&admin.get(&format!("/audit?limit=2&after={next}")).await).len(), 1);
        let wrong = admin.get("/audit?from=yesterday").await;
        assert_eq!(problem(&wrong), "invalid-query");
        // By a token of somebody: which, is known.
        assert!(seen.json["items"][0]["detail"]["by_token"].is_string());
    }
}
