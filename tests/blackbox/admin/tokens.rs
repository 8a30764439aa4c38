//! Personal access tokens, and what a token has to name.

use serde_json::json;
use symbolon_testkit::{Answer, http, on_both_databases};

use super::{ADMIN_ID, BOB_ID, GINA, GINA_ID, World, names, problem};
use crate::support::{ALICE, eventually};

const TOKENS: &str = "openid Symbolon.Admin.v1.Tokens.Read Symbolon.Admin.v1.Tokens.Write";

on_both_databases! {
    async fn an_access_token_has_to_name_the_scope(backend) {
        let world = World::start(backend);
        let admin = "demo administrator pass phrase";
        let plain = world.signed_in("admin", admin, "openid").await;
        let answer = plain.get("/users").await;
        assert_eq!((answer.status.as_u16(), problem(&answer)), (403, "insufficient-scope"), "{answer:?}");
        let challenge = answer.header("www-authenticate");
        assert!(challenge.contains("error=\"insufficient_scope\""), "{challenge}");
        assert!(challenge.contains("scope=\"Symbolon.Admin.v1.Users.Read\""), "{challenge}");
        let named = world.signed_in("admin", admin, "openid Symbolon.Admin.v1.Users.Read").await;
        assert_eq!(named.get("/users").await.status, 200);
        assert_eq!(problem(&named.get("/keys").await), "insufficient-scope");
        let me = named.get("/me").await;
        assert_eq!(me.json["everywhere"], json!(["Symbolon.Admin.v1.Users.Read"]));
        // A personal access token that names scopes is limited to them; one that names none is not.
        let pat = world.limited("admin", &["--scope", "openid Symbolon.Admin.v1.Users.Read"]);
        assert_eq!(pat.get("/users").await.status, 200);
        assert_eq!(problem(&pat.get("/keys").await), "insufficient-scope");
        assert_eq!(world.pat("admin").get("/keys").await.status, 200);
    }

    async fn a7_5_a_token_is_shown_once_and_makes_no_other(backend) {
        let world = World::start(backend);
        let gina = world.signed_in("gina", GINA, TOKENS).await;
        let body = json!({ "name": "mine", "organizations": ["globex"], "roles": ["viewer"] });
        let made = gina.post("/tokens", body).await;
        assert_eq!(made.status, 201, "{made:?}");
        let text = made.json["text"].as_str().unwrap().to_owned();
        assert!(text.starts_with("sy_pat_"));
        let id = made.json["token"]["id"].as_str().unwrap().to_owned();
        for answer in [
            gina.get("/tokens").await,
            gina.get(&format!("/tokens/{id}")).await,
            world.pat("admin").get("/audit").await,
        ] {
            assert_eq!(answer.status, 200);
            assert!(!answer.json.to_string().contains(&text[7..]), "A7.6: {answer:?}");
        }
        // It counts as nothing here: viewers manage nothing.
        let by_it = world.by(&text);
        assert_eq!(by_it.get("/me").await.json["id"], GINA_ID);
        assert_eq!(by_it.get("/users").await.status, 403);
        let pat = world.pat("gina");
        let other = pat.post("/tokens", json!({ "name": "more" })).await;
        assert_eq!((other.status.as_u16(), problem(&other)), (403, "forbidden"), "{other:?}");
        let revoked = gina.delete(&format!("/tokens/{id}")).await;
        assert_eq!(revoked.status, 204);
        eventually("it is not good", async || by_it.get("/me").await.status == 401).await;
        assert_eq!(gina.delete(&format!("/tokens/{id}")).await.status, 404);
    }

    async fn a7_5_what_a_token_was_exchanged_for_makes_no_other_either(backend) {
        let world = World::start(backend);
        let scope = "openid Symbolon.Admin.v1.Tokens.Read Symbolon.Admin.v1.Tokens.Write";
        let pat = world.limited("admin", &["--scope", scope]);
        let party = crate::support::machine(&world.server, "exchanger").await;
        let form = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", pat.token.as_str()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("scope", scope),
        ];
        let tokens = party.post("token_endpoint", &form).await.tokens();
        let exchanged = world.by(&tokens.access_token);
        assert_eq!(exchanged.get("/tokens").await.status, 200);
        let made = exchanged.post("/tokens", json!({ "name": "more" })).await;
        assert_eq!((made.status.as_u16(), problem(&made)), (403, "forbidden"), "{made:?}");
    }

    async fn a7_5_nobody_makes_a_token_for_another_person(backend) {
        let world = World::start(backend);
        let gina = world.signed_in("gina", GINA, TOKENS).await;
        for owner in [BOB_ID, ADMIN_ID, "no-such"] {
            let answer = gina.post("/tokens", json!({ "owner": owner, "name": "mine" })).await;
            assert_eq!(answer.status, 422, "{owner}: {answer:?}");
            assert_eq!(answer.json["errors"][0]["pointer"], "/owner");
        }
        for (body, pointer) in [
            (json!({ "name": "a", "expires_at": "2001-01-01T00:00:00Z" }), "/expires_at"),
            (json!({ "name": "a", "expires_at": "2999-01-01T00:00:00Z" }), "/expires_at"),
            (json!({ "name": "a", "organizations": ["acme"] }), "/organizations/0"),
            (json!({ "name": "" }), "/name"),
        ] {
            let answer = gina.post("/tokens", body.clone()).await;
            assert_eq!(answer.json["errors"][0]["pointer"], pointer, "{body}: {answer:?}");
        }
        let theirs = gina.get(&format!("/tokens?owner={ADMIN_ID}")).await;
        assert_eq!(theirs.json, gina.get("/tokens?owner=no-such").await.json);
        assert_eq!(theirs.status, 404);
        assert_eq!(names(&gina.get(&format!("/tokens?owner={BOB_ID}")).await), Vec::<String>::new());
    }

    async fn what_is_no_live_token_for_us_is_refused(backend) {
        let world = World::start(backend);
        let url = world.server.at("/admin/v1/me");
        for (header, expected) in [
            ("Bearer sy_pat_nonsense", "invalid_token"),
            ("Bearer a.b.c", "invalid_token"),
            ("Basic YTpi", "invalid_request"),
            ("Bearer", "invalid_request"),
        ] {
            let answer = Answer::to(http().get(&url).header("authorization", header)).await;
            assert_eq!(answer.status, 401, "{header}");
            assert!(answer.header("www-authenticate").contains(expected), "{header}: {answer:?}");
        }
        let query = format!("{url}?access_token={}", world.pat("admin").token);
        assert_eq!(Answer::to(http().get(query)).await.status, 401);
        // An ID token is no access token.
        let party = crate::support::public(&world.server, "console").await.asking_for("openid");
        let tokens = crate::support::sign_in(&symbolon_testkit::Person::new(), &party, &[], "alice", ALICE).await;
        assert_eq!(world.by(tokens.id_token()).get("/me").await.status, 401);
    }

    async fn sessions_end_by_one_and_all(backend) {
        let world = World::start(backend);
        let first = world.signed_in("gina", GINA, TOKENS).await;
        let second = world.signed_in("gina", GINA, TOKENS).await;
        let admin = world.pat("admin");
        let path = format!("/users/{GINA_ID}/sessions");
        assert_eq!(names(&admin.get(&path).await).len(), 2);
        assert_eq!(first.get("/me").await.status, 200);
        assert_eq!(admin.delete(&path).await.status, 204);
        for caller in [&first, &second] {
            eventually("they are signed out", async || caller.get("/me").await.status == 401).await;
        }
    }
}
