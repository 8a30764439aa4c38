//! Versions, cursors, and bodies that are not what they should be.

use reqwest::Method;
use serde_json::{Value, json};
use symbolon_testkit::{Answer, http, on_both_databases};

use super::{BOB_ID, World, names, problem};

on_both_databases! {
    async fn a_change_names_the_version_that_it_changes(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let path = format!("/users/{BOB_ID}");
        let read = admin.get(&path).await;
        assert_eq!(read.header("etag"), "\"1\"");
        let body = || Some(json!({ "username": "robert" }));
        let blind = admin.call(Method::PATCH, &path, body(), None).await;
        assert_eq!((blind.status.as_u16(), problem(&blind)), (428, "precondition-required"));
        let changed = admin.patch(&path, 1, json!({ "username": "robert" })).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        assert_eq!((changed.header("etag"), &changed.json["username"]), ("\"2\"", &json!("robert")));
        let stale = admin.patch(&path, 1, json!({ "username": "rob" })).await;
        assert_eq!((stale.status.as_u16(), problem(&stale)), (412, "stale"), "{stale:?}");
        let url = world.server.at(&format!("/admin/v1{path}"));
        for (tag, expected) in [("\"2\"", 304), ("W/\"2\"", 304), ("\"1\", \"2\"", 304), ("\"1\"", 200)] {
            let request = http().get(&url).bearer_auth(&admin.token).header("if-none-match", tag);
            assert_eq!(Answer::to(request).await.status, expected, "{tag}");
        }
        for tag in ["2", "*", "W/\"2\"", "\"x\"", ""] {
            let request = http().patch(&url).bearer_auth(&admin.token).header("if-match", tag);
            let answer = Answer::to(request.json(&json!({}))).await;
            assert_eq!((answer.status.as_u16(), problem(&answer)), (400, "invalid-header"), "{tag}");
        }
    }

    async fn of_changes_at_the_same_time_one_wins(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let rename = |name: &'static str| {
            let admin = &admin;
            async move { admin.patch("/organizations/globex", 1, json!({ "name": name })).await }
        };
        let (one, two, three, four) =
            tokio::join!(rename("One"), rename("Two"), rename("Three"), rename("Four"));
        let mut statuses = [&one, &two, &three, &four].map(|answer| answer.status.as_u16());
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412, 412, 412]);
        let rules = admin.get("/rules").await;
        let body = json!({ "rules": rules.json["rules"], "comment": "again" });
        let put = || admin.call(Method::PUT, "/rules", Some(body.clone()), rules.json["version"].as_i64());
        let (one, other) = tokio::join!(put(), put());
        let mut statuses = [one.status.as_u16(), other.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{one:?} {other:?}");
    }

    async fn a7_9_pages_are_bounded_and_their_cursors_are_ours(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let mut all = Vec::new();
        let mut path = "/users?limit=2".to_owned();
        let mut cursor = String::new();
        loop {
            let page = admin.get(&path).await;
            let found = names(&page);
            assert!(found.len() <= 2);
            all.extend(found);
            let Some(next) = page.json["next"].as_str() else { break };
            next.clone_into(&mut cursor);
            path = format!("/users?limit=2&after={next}");
        }
        assert_eq!(all, names(&admin.get("/users?limit=200").await));
        assert!(all.len() >= 6, "{all:?}");
        // Those who see less page through less.
        let gina = world.pat("gina");
        let page = gina.get("/users?limit=1").await;
        let next = page.json["next"].as_str().unwrap();
        let second = names(&gina.get(&format!("/users?limit=5&after={next}")).await);
        assert_eq!(second.len(), names(&gina.get("/users").await).len() - 1);

        let mut changed = cursor.clone();
        let last = if changed.ends_with('A') { 'B' } else { 'A' };
        changed.pop();
        changed.push(last);
        for path in [
            format!("/users?after={changed}"),
            format!("/users?after={}", &cursor[1..]),
            format!("/users?disabled=true&after={cursor}"),
            format!("/machines?after={cursor}"),
            "/users?after=".to_owned(),
            "/users?limit=0".to_owned(),
            "/users?limit=201".to_owned(),
            "/users?limit=ten".to_owned(),
            "/users?disabled=maybe".to_owned(),
            "/users?organization=acme&organization=globex".to_owned(),
            "/users?organisation=acme".to_owned(),
            "/users?organization=%20".to_owned(),
            format!("/users?name={}", "a".repeat(9000)),
        ] {
            let answer = admin.get(&path).await;
            assert_eq!((answer.status.as_u16(), problem(&answer)), (400, "invalid-query"), "{path}: {answer:?}");
        }
        let near = admin.get("/users?organisation=acme").await;
        assert!(near.json["errors"][0]["detail"].as_str().unwrap().contains("organization"));
        assert_eq!(near.json["errors"][0]["parameter"], "organisation");
    }

    async fn a_filter_finds_what_it_says(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        assert_eq!(names(&admin.get("/users?name=Bo").await), [BOB_ID]);
        assert_eq!(names(&admin.get("/users?name=alice%40acme").await).len(), 1);
        assert_eq!(names(&admin.get("/users?name=%25").await).len(), 0);
        admin.patch(&format!("/users/{BOB_ID}"), 1, json!({ "disabled": true })).await;
        assert_eq!(names(&admin.get("/users?disabled=true").await), [BOB_ID]);
        let active = names(&admin.get("/users?disabled=false&organization=globex").await);
        assert!(active.len() >= 2 && !active.iter().any(|id| id == BOB_ID));
    }

    async fn a_wrong_body_is_refused_by_name(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let made = |body: Value| {
            let admin = &admin;
            async move { admin.post("/organizations", body).await }
        };
        for (body, pointer) in [
            (json!({ "name": "A", "nmae": "B" }), "/nmae"),
            (json!({ "name": 5 }), "/name"),
            (json!({ "id": "a b", "name": "A" }), "/id"),
            (json!({ "name": "" }), "/name"),
            (json!({ "name": "A\nB" }), "/name"),
            (json!({ "name": "A".repeat(201) }), "/name"),
            (json!({}), ""),
            (json!([]), ""),
        ] {
            let answer = made(body.clone()).await;
            assert_eq!((answer.status.as_u16(), problem(&answer)), (422, "invalid-body"), "{body}");
            assert_eq!(answer.json["errors"][0]["pointer"], pointer, "{body}: {answer:?}");
        }
        assert_eq!(problem(&made(json!({ "id": "acme", "name": "Acme" })).await), "conflict");
        let url = world.server.at("/admin/v1/organizations");
        let post = |content_type: &'static str, body: String| {
            let request = http().post(&url).bearer_auth(&admin.token);
            Answer::to(request.header("content-type", content_type).body(body))
        };
        let good = r#"{"name":"A"}"#.to_owned();
        assert_eq!(problem(&post("text/plain", good.clone()).await), "media-type");
        assert_eq!(problem(&post("application/x-www-form-urlencoded", good.clone()).await), "media-type");
        assert_eq!(problem(&post("application/json", format!("{good}{good}")).await), "invalid-body");
        assert_eq!(problem(&post("application/json", r#"{"name":"A","name":"B"}"#.to_owned()).await), "invalid-body");
        assert_eq!(problem(&post("application/json", "[".repeat(100_000)).await), "invalid-body");
        let long = format!(r#"{{"name":"{}"}}"#, "a".repeat(300_000));
        assert_eq!(post("application/json", long).await.status, 413);
        assert_eq!(post("application/json; charset=utf-8", good).await.status, 201);
    }

    async fn an_organization_lives_and_goes(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let made = admin.post("/organizations", json!({ "id": "hooli", "name": "Hooli" })).await;
        assert_eq!((made.status.as_u16(), made.header("location")), (201, "/admin/v1/organizations/hooli"));
        let odd = admin.post("/organizations", json!({ "id": "a/b?c", "name": "Odd" })).await;
        assert_eq!(odd.header("location"), "/admin/v1/organizations/a%2Fb%3Fc", "{odd:?}");
        assert_eq!(admin.get("/organizations/a%2Fb%3Fc").await.json["id"], "a/b?c");
        let dots = admin.post("/organizations", json!({ "id": "..", "name": "Dots" })).await;
        assert_eq!(dots.json["errors"][0]["pointer"], "/id", "{dots:?}");
        let busy = admin.call(Method::DELETE, "/organizations/globex", None, Some(1)).await;
        assert_eq!((busy.status.as_u16(), problem(&busy)), (409, "conflict"));
        let gone = admin.call(Method::DELETE, "/organizations/hooli", None, Some(2)).await;
        assert_eq!(gone.status, 412);
        let gone = admin.call(Method::DELETE, "/organizations/hooli", None, Some(1)).await;
        assert_eq!(gone.status, 204, "{gone:?}");
        assert_eq!(admin.get("/organizations/hooli").await.status, 404);
    }

    async fn a_disabled_organization_shuts_its_people_out_within_a_second(backend) {
        let world = World::start(backend);
        let (admin, gina) = (world.pat("admin"), world.pat("gina"));
        assert_eq!(gina.get("/me").await.status, 200);
        let shut = admin.patch("/organizations/globex", 1, json!({ "disabled": true })).await;
        assert_eq!(shut.status, 200, "{shut:?}");
        assert!(shut.json["disabled_at"].is_string());
        crate::support::eventually("gina is shut out", async || gina.get("/me").await.status == 401).await;
        let open = admin.patch("/organizations/globex", 2, json!({ "disabled": false })).await;
        assert_eq!(open.json["disabled"], false, "{open:?}");
        crate::support::eventually("gina is let in", async || gina.get("/me").await.status == 200).await;
    }
}
