//! Rules: versions, dry runs, explanations, and how fast they are in force.

use reqwest::Method;
use serde_json::json;
use symbolon_testkit::{Server, on_both_databases};

use super::{ADMIN_ID, BOB_ID, GINA_ID, World, names, problem};
use crate::support::{binary, eventually};

on_both_databases! {
    async fn every_change_of_the_rules_is_a_version_that_can_be_compared_and_restored(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let first = admin.get("/rules").await.json["version"].as_u64().unwrap();
        let rule = json!({ "role": "viewer", "pattern": "Invora.Invoices.Write", "effect": "allow" });
        let put = admin.change_rules(|rules| rules.push(rule.clone())).await;
        assert_eq!(put.status, 200, "{put:?}");
        assert_eq!((&put.json["version"], &put.json["author"]), (&json!(first + 1), &json!(ADMIN_ID)));
        let compared = admin.get(&format!("/rules/compare?from={first}&to={}", first + 1)).await;
        assert_eq!((&compared.json["added"], &compared.json["removed"]), (&json!([rule]), &json!([])));
        let restore = format!("/rules/versions/{first}/restore");
        let stale = admin.call(Method::POST, &restore, Some(json!({})), i64::try_from(first).ok()).await;
        assert_eq!(stale.status, 412, "{stale:?}");
        let restored = admin.call(Method::POST, &restore, Some(json!({})), i64::try_from(first + 1).ok()).await;
        assert_eq!(restored.status, 201, "{restored:?}");
        assert_eq!(restored.json["version"], first + 2);
        let versions = admin.get("/rules/versions?limit=2").await;
        assert_eq!(names(&versions), [(first + 2).to_string(), (first + 1).to_string()]);
        assert_eq!(versions.json["items"][0]["comment"], format!("version {first} again"));
        let next = versions.json["next"].as_str().unwrap();
        let older = names(&admin.get(&format!("/rules/versions?limit=200&after={next}")).await);
        assert_eq!(older.first(), Some(&first.to_string()));
        let (one, other) = (
            admin.get(&format!("/rules/versions/{first}")).await,
            admin.get("/rules").await,
        );
        assert_eq!(one.json["rules"], other.json["rules"]);
        assert_eq!(admin.get("/rules/versions/99999").await.status, 404);
        assert_eq!(admin.get("/rules/compare?from=1&to=x").await.status, 400);
    }

    async fn rules_about_what_there_is_not_are_pointed_to(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let put = |rule: serde_json::Value| {
            let admin = &admin;
            async move {
                let body = json!({ "rules": [rule], "comment": "" });
                admin.call(Method::PUT, "/rules", Some(body), Some(1)).await
            }
        };
        for (rule, pointer) in [
            (json!({ "role": "no-such", "pattern": "a.b", "effect": "allow" }), "/rules/0/role"),
            (json!({ "role": "viewer", "pattern": "a.b", "effect": "allow", "organization": "no-such" }),
                "/rules/0/organization"),
            (json!({ "role": "viewer", "pattern": "a.*.b", "effect": "allow" }), "/rules/0/pattern"),
            (json!({ "role": "viewer", "pattern": "a.b", "effect": "perhaps" }), "/rules/0/effect"),
            (json!({ "role": "viewer", "pattern": "a.b", "efect": "allow" }), "/rules/0/efect"),
        ] {
            let answer = put(rule.clone()).await;
            assert_eq!(answer.status, 422, "{rule}: {answer:?}");
            assert_eq!(answer.json["errors"][0]["pointer"], pointer, "{answer:?}");
        }
    }

    async fn a_dry_run_counts_and_lists_who_gains_and_who_loses(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let mut rules = admin.get("/rules").await.json["rules"].as_array().unwrap().clone();
        rules.retain(|rule| rule["pattern"] != "Invora.Invoices.Read");
        rules.push(json!({ "role": "viewer", "pattern": "Invora.Invoices.Write", "effect": "allow", "organization": "globex" }));
        let run = admin.post("/rules/dry-run", json!({ "rules": rules })).await;
        assert_eq!(run.status, 200, "{run:?}");
        // alice, bob, gina and the bot are viewers of globex.
        let gains = &run.json["gains"];
        assert_eq!(gains["subjects"], 4, "{run:?}");
        assert_eq!(gains["by_organization"], json!({ "globex": 4 }));
        assert_eq!(gains["by_scope"], json!({ "Invora.Invoices.Write": 4 }));
        let loses = &run.json["loses"];
        assert_eq!((&loses["subjects"], &loses["by_role"]), (&json!(4), &json!({ "viewer": 4 })));
        assert_eq!(loses["listed"].as_array().unwrap().len(), 4);
        assert_eq!((run.json["added"].as_array().unwrap().len(), run.json["removed"].as_array().unwrap().len()), (1, 1));
        let short = admin.post("/rules/dry-run", json!({ "rules": rules, "limit": 1 })).await;
        assert_eq!((&short.json["loses"]["subjects"], &short.json["loses"]["truncated"]), (&json!(4), &json!(true)));
        // Nothing was changed by looking.
        let again = admin.post("/rules/dry-run", json!({ "version": run.json["version"] })).await;
        assert_eq!((&again.json["gains"]["subjects"], &again.json["loses"]["subjects"]), (&json!(0), &json!(0)));
        assert_eq!(admin.post("/rules/dry-run", json!({})).await.status, 422);
        // Requirement A7.7: as much as for the edit.
        assert_eq!(world.pat("audra").post("/rules/dry-run", json!({ "rules": [] })).await.status, 403);
    }

    async fn an_explanation_says_why(backend) {
        let world = World::start(backend);
        let gina = world.pat("gina");
        let ask = |subject: &str, organization: &str, what: serde_json::Value| {
            let mut body = json!({ "subject": subject, "organization": organization });
            body.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
            let gina = &gina;
            async move { gina.post("/explain", body).await }
        };
        let yes = ask(BOB_ID, "globex", json!({ "scope": "Invora.Invoices.Read" })).await;
        assert_eq!((&yes.json["allow"], &yes.json["reason"]), (&json!(true), &json!("allowed")), "{yes:?}");
        assert_eq!(yes.json["sentences"][0], "Bob Baker holds viewer in globex");
        let endpoint = json!({ "endpoint": { "method": "PUT", "path": "/invoices/7?x=y" } });
        let no = ask(BOB_ID, "globex", endpoint).await;
        assert_eq!((&no.json["allow"], &no.json["reason"]), (&json!(false), &json!("no_rule_grants")));
        assert_eq!(no.json["scope"], "Invora.Invoices.Write");
        let unsafe_path = json!({ "endpoint": { "method": "PUT", "path": "/invoices/../7" } });
        assert_eq!(ask(BOB_ID, "globex", unsafe_path).await.json["errors"][0]["pointer"], "/endpoint/path");
        let elsewhere = ask(BOB_ID, "acme", json!({ "scope": "Invora.Invoices.Read" })).await;
        assert_eq!(elsewhere.status, 404);
        // Somebody who is nothing here is as nobody.
        let scope = json!({ "scope": "Invora.Invoices.Read" });
        let (stranger, nobody) = (ask(ADMIN_ID, "globex", scope.clone()).await, ask("no-such", "globex", scope).await);
        assert_eq!(stranger.json["reason"], "no_role_in_organization");
        assert_eq!(stranger.json["roles"], nobody.json["roles"]);
        assert_eq!(stranger.json["who"], ADMIN_ID);
        let both = json!({ "scope": "Invora.Invoices.Read", "endpoint": { "method": "GET", "path": "/" } });
        assert_eq!(ask(BOB_ID, "globex", both).await.status, 422);
    }

    async fn a_change_is_in_force_on_every_instance_within_a_second(backend) {
        let world = World::start(backend);
        let other = Server::start(binary(), World::options(&world.database));
        let admin = world.pat("admin");
        let gina = world.pat("gina");
        let seen = async || {
            let url = other.at("/admin/v1/apis");
            let request = symbolon_testkit::http().get(url).bearer_auth(&gina.token);
            symbolon_testkit::Answer::to(request).await.status.as_u16()
        };
        assert_eq!(seen().await, 403);
        let rule = json!({ "role": "organization_admin", "pattern": "Symbolon.Admin.v1.Apis.Read", "effect": "allow" });
        assert_eq!(admin.change_rules(|rules| rules.push(rule.clone())).await.status, 200);
        eventually("the other instance knows", async || seen().await == 200).await;
        let path = format!("/grants/globex/{GINA_ID}/organization_admin");
        assert_eq!(admin.delete(&path).await.status, 204);
        eventually("the other instance knows", async || seen().await == 403).await;
    }

    async fn a_deleted_role_is_taken_from_everybody(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let gina = world.pat("gina");
        assert_eq!(gina.get("/users").await.status, 200);
        let gone = admin.call(Method::DELETE, "/roles/organization_admin", None, Some(1)).await;
        assert_eq!(gone.status, 204, "{gone:?}");
        eventually("gina is nothing", async || gina.get("/users").await.status == 403).await;
        let grants = admin.get(&format!("/grants?subject={GINA_ID}")).await;
        assert_eq!(grants.json["items"].as_array().unwrap().len(), 1, "{grants:?}");
        let renamed = admin.patch("/roles/viewer", 1, json!({ "name": "Looks" })).await;
        assert_eq!((&renamed.json["name"], renamed.header("etag")), (&json!("Looks"), "\"2\""));
        let ended = json!({ "expires_at": "2001-01-01T00:00:00Z" });
        let late = admin.put(&format!("/grants/globex/{GINA_ID}/viewer"), ended).await;
        assert_eq!(problem(&late), "invalid-body");
    }
}
