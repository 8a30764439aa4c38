//! Requirement A7.1: what belongs to another organization is as if it did not exist, for each noun.

use reqwest::Method;
use serde_json::{Value, json};
use symbolon_testkit::{Answer, Server, http, on_both_databases};

use crate::support::binary;

use super::{
    ACME_BOT_ID, ADMIN_ID, AUDRA_ID, BOB_ID, BOT_ID, GINA, GINA_ID, SAM_ID, World, names, problem,
};

on_both_databases! {
    async fn a7_1_what_is_anothers_looks_as_if_it_did_not_exist(backend) {
        let world = World::start(backend);
        let gina = world.pat("gina");
        let others: &[(&str, &str, Option<Value>)] = &[
            ("GET", "/organizations/{}|acme", None),
            ("GET", &format!("/users/{{}}|{ADMIN_ID}"), None),
            ("PATCH", &format!("/users/{{}}|{ADMIN_ID}"), Some(json!({ "disabled": true }))),
            ("PUT", &format!("/users/{{}}/password|{AUDRA_ID}"),
                Some(json!({ "password": "a new and long pass phrase" }))),
            ("DELETE", &format!("/users/{{}}|{AUDRA_ID}"), None),
            ("GET", &format!("/users/{{}}/sessions|{ADMIN_ID}"), None),
            ("DELETE", &format!("/users/{{}}/sessions|{ADMIN_ID}"), None),
            ("GET", &format!("/machines/{{}}|{ACME_BOT_ID}"), None),
            ("PATCH", &format!("/machines/{{}}|{ACME_BOT_ID}"), Some(json!({ "name": "mine" }))),
            ("DELETE", &format!("/machines/{{}}|{ACME_BOT_ID}"), None),
            ("GET", "/clients/{}|demo-web", None),
            ("PATCH", "/clients/{}|demo-web", Some(json!({ "disabled": true }))),
            ("DELETE", "/clients/{}|demo-web", None),
            ("GET", "/clients/{}/secrets|demo-machine", None),
            ("POST", "/clients/{}/secrets|demo-machine", Some(json!({}))),
            ("GET", "/roles/{}|initech_clerk", None),
            ("PATCH", "/roles/{}|initech_clerk", Some(json!({ "name": "Mine" }))),
            ("DELETE", "/roles/{}|initech_clerk", None),
            // A role that counts everywhere may be seen, not changed.
            ("PATCH", "/roles/{}|viewer", Some(json!({ "name": "Mine" }))),
            ("DELETE", "/roles/{}|viewer", None),
            ("PUT", &format!("/grants/{{}}/{GINA_ID}/viewer|acme"), Some(json!({}))),
            ("DELETE", &format!("/grants/{{}}/{ADMIN_ID}/super_admin|acme"), None),
        ];
        for (method, path, body) in others {
            let (path, object) = path.split_once('|').unwrap();
            let method: Method = method.parse().unwrap();
            let ask = async |object: &str| {
                let path = path.replace("{}", object);
                gina.call(method.clone(), &path, body.clone(), Some(1)).await
            };
            let (theirs, nothing) = (ask(object).await, ask("no-such-thing").await);
            assert_eq!(theirs.status, 404, "{method} {path} {object}: {theirs:?}");
            assert_eq!(theirs.json, nothing.json, "{method} {path}");
            assert_eq!(theirs.status, nothing.status);
        }
    }

    async fn a7_1_what_is_made_belongs_where_one_may_make_it(backend) {
        let world = World::start(backend);
        let gina = world.pat("gina");
        let bodies = |organization: &str| [
            ("/users", json!({ "username": "eve", "organization": organization })),
            ("/machines", json!({ "name": "eve's bot", "organization": organization })),
            ("/roles", json!({ "key": "eve", "name": "Eve", "organization": organization })),
            ("/clients", json!({ "organization": organization, "metadata": {
                "client_name": "Eve", "grant_types": ["authorization_code"],
                "redirect_uris": ["https://eve.example/callback"] } })),
        ];
        for ((path, theirs), (_, nowhere)) in bodies("acme").into_iter().zip(bodies("no-such")) {
            let theirs = gina.post(path, theirs).await;
            let nowhere = gina.post(path, nowhere).await;
            assert_eq!(theirs.status, 422, "{path}: {theirs:?}");
            assert_eq!(theirs.json, nowhere.json, "{path}");
            assert_eq!(theirs.json["errors"][0]["pointer"], "/organization");
        }
        for (path, own) in bodies("globex") {
            let made = gina.post(path, own).await;
            assert_eq!(made.status, 201, "{path}: {made:?}");
            assert!(made.header("location").starts_with("/admin/v1/"), "{made:?}");
            assert_eq!(made.header("etag"), "\"1\"");
        }
        // What counts everywhere, and belongs to nobody, is not hers to make.
        let role = gina.post("/roles", json!({ "key": "all", "name": "All" })).await;
        assert_eq!((role.status.as_u16(), problem(&role)), (403, "forbidden"));
    }

    async fn a7_1_lists_have_what_one_may_see_and_nothing_else(backend) {
        let world = World::start(backend);
        let (gina, admin) = (world.pat("gina"), world.pat("admin"));
        assert_eq!(names(&gina.get("/organizations").await), ["globex"]);
        assert_eq!(names(&admin.get("/organizations").await), ["acme", "globex", "initech"]);
        let users = names(&gina.get("/users").await);
        assert!(users.iter().any(|id| id == BOB_ID) && !users.iter().any(|id| id == ADMIN_ID));
        assert_eq!(gina.get("/users?organization=acme").await.json["items"], json!([]));
        assert_eq!(gina.get("/users?organization=no-such").await.json["items"], json!([]));
        let machines = names(&gina.get("/machines").await);
        assert!(machines.iter().any(|id| id == BOT_ID) && !machines.iter().any(|id| id == ACME_BOT_ID));
        let clients = names(&gina.get("/clients").await);
        assert_eq!(clients, ["globex-bot", "globex-root"]);
        let roles = names(&gina.get("/roles").await);
        assert!(roles.iter().any(|key| key == "globex_clerk") && roles.iter().any(|key| key == "viewer"));
        assert!(!roles.iter().any(|key| key == "initech_clerk"), "{roles:?}");
        // The roles of somebody, where she may see them.
        let grants = gina.get(&format!("/grants?subject={}", SAM_ID)).await;
        assert_eq!(grants.json["items"], json!([]));
        let grants = admin.get(&format!("/grants?subject={}", SAM_ID)).await;
        assert_eq!(grants.json["items"][0]["role"], "super_admin");
        assert_eq!(gina.get("/grants?organization=acme").await.json["items"], json!([]));
        assert_eq!(gina.get("/grants").await.status, 400);
    }

    async fn a7_1_a_nested_id_belongs_to_its_parent(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        world.signed_in("gina", GINA, "openid").await;
        let sessions = admin.get(&format!("/users/{GINA_ID}/sessions")).await;
        let session = names(&sessions)[0].clone();
        let others = admin.delete(&format!("/users/{BOB_ID}/sessions/{session}")).await;
        assert_eq!(others.status, 404);
        let secrets = admin.get("/clients/globex-root/secrets").await;
        // The clients have the same secret, and so the same name for it: as another client's it is
        // not found, since that one has it once, and the last one stays.
        let secret = &names(&secrets)[0];
        let path = format!("/clients/demo-machine/secrets/{secret}");
        assert_eq!(admin.call(Method::DELETE, &path, None, Some(1)).await.status, 404);
        let own = admin.delete(&format!("/users/{GINA_ID}/sessions/{session}")).await;
        assert_eq!(own.status, 204, "{own:?}");
        let ended = admin.get(&format!("/users/{GINA_ID}/sessions")).await;
        assert_eq!(ended.json["items"][0]["live"], false);
    }

    async fn a_role_in_the_system_organization_reaches_every_organization(backend) {
        let world = World::start(backend);
        let audra = world.pat("audra");
        assert_eq!(audra.get(&format!("/users/{BOB_ID}")).await.status, 200);
        let me = audra.get("/me").await;
        assert_eq!(me.json["system_organization"], "acme");
        assert!(me.json["everywhere"].as_array().unwrap().contains(&json!("Symbolon.Admin.v1.Users.Read")));
        let me = world.pat("gina").get("/me").await;
        assert_eq!(me.json["everywhere"], json!([]));
        assert!(me.json["by_organization"]["globex"].as_array().unwrap().len() > 10);
        // A token that is good for one organization is good for that alone.
        let limited = world.limited("admin", &["--organization", "globex"]);
        assert_eq!(limited.get("/users").await.status, 403);
    }

    async fn a_system_organization_that_does_not_exist_stops_the_start(backend) {
        let options = World::options(&backend.url()).with("SYMBOLON_ADMIN_ORGANIZATION", "nowhere");
        let refused = Server::try_start(binary(), options).err().unwrap();
        assert!(refused.contains("admin.organization is nowhere"), "{refused}");
    }

    async fn what_is_switched_off_does_not_answer(backend) {
        let database = backend.url();
        let options = World::options(&database).with("SYMBOLON_ADMIN_ENABLED", "false");
        let server = Server::start(binary(), options);
        let answer = Answer::to(http().get(server.at("/admin/v1/openapi.json"))).await;
        assert_eq!(answer.status, 404);
    }
}
