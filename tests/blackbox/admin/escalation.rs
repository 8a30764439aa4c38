//! Requirement A7.2: nobody gives what he does not hold.

use reqwest::Method;
use serde_json::json;
use symbolon_testkit::on_both_databases;

use super::{ACME_BOT_ID, BOB_ID, BOT_ID, GINA, GINA_ID, ROOT_BOT_ID, SAM_ID, World, problem};
use crate::support::{apply, eventually};

on_both_databases! {
    async fn a7_2_a_role_is_given_by_who_holds_all_that_it_opens(backend) {
        let world = World::start(backend);
        let gina = world.pat("gina");
        for (role, expected) in [
            ("super_admin", 403),
            // More than she may do with invoices.
            ("admin", 403),
            // As much as she may.
            ("viewer", 200),
            ("organization_admin", 200),
            // Opens nothing.
            ("globex_clerk", 200),
            // Counts elsewhere.
            ("initech_clerk", 404),
            ("no-such-role", 404),
        ] {
            let answer = gina.put(&format!("/grants/globex/{BOB_ID}/{role}"), json!({})).await;
            assert_eq!(answer.status, expected, "{role}: {answer:?}");
            if expected == 403 {
                assert_eq!(problem(&answer), "not-held");
            }
        }
        // Who may write the rules says what scopes of other APIs mean.
        let admin = world.pat("admin");
        let given = admin.put(&format!("/grants/globex/{BOB_ID}/admin"), json!({})).await;
        assert_eq!(given.status, 200, "{given:?}");
        // An auditor who may give roles gives no more than an auditor's.
        let rule = json!({ "role": "auditor", "pattern": "Symbolon.Admin.v1.Grants.Write", "effect": "allow" });
        assert_eq!(admin.change_rules(|rules| rules.push(rule.clone())).await.status, 200);
        let audra = world.pat("audra");
        let path = format!("/grants/acme/{GINA_ID}/super_admin");
        eventually("the rule is in force", async || {
            problem(&audra.put(&path, json!({})).await) == "not-held"
        }).await;
    }

    async fn a7_2_whoever_could_be_taken_for_somebody_holds_what_that_one_holds(backend) {
        let world = World::start(backend);
        let gina = world.pat("gina");
        let password = json!({ "password": "a new and long pass phrase" });
        // sam is at home in globex, and super administrator.
        let path = format!("/users/{SAM_ID}/password");
        let taken = gina.call(Method::PUT, &path, Some(password.clone()), Some(1)).await;
        assert_eq!((taken.status.as_u16(), problem(&taken)), (403, "not-held"), "{taken:?}");
        let email = json!({ "profile": { "email": "gina@evil.example", "email_verified": true } });
        let taken = gina.patch(&format!("/users/{SAM_ID}"), 1, email).await;
        assert_eq!(problem(&taken), "not-held");
        let path = format!("/users/{BOB_ID}/password");
        let helped = gina.call(Method::PUT, &path, Some(password), Some(1)).await;
        assert_eq!(helped.status, 204, "{helped:?}");
        world.signed_in("bob", "a new and long pass phrase", "openid").await;
    }

    async fn a7_2_a_client_opens_no_more_than_its_maker_holds(backend) {
        let world = World::start(backend);
        let gina = world.pat("gina");
        let client = |more: serde_json::Value, machine: Option<&str>| {
            let mut metadata = json!({
                "client_name": "Hers", "grant_types": ["authorization_code"],
                "redirect_uris": ["https://hers.example/callback"],
            });
            metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            if machine.is_some() {
                metadata["grant_types"] = json!(["client_credentials"]);
            }
            json!({ "organization": "globex", "machine": machine, "metadata": metadata })
        };
        let root = Some(ROOT_BOT_ID);
        for body in [
            client(json!({}), root),
            client(json!({ "scope": "Symbolon.Admin.v1.Rules.Write" }), None),
            client(json!({ "scope": "Invora.Invoices.Write" }), None),
            client(json!({ "consent": "implicit" }), None),
            client(json!({ "introspects": ["https://invoices.example"] }), None),
            client(json!({ "audience": ["https://invoices.example"] }), None),
        ] {
            let answer = gina.post("/clients", body.clone()).await;
            assert_eq!((answer.status.as_u16(), problem(&answer)), (403, "not-held"), "{body}");
        }
        // Another organization's machine is none that there is.
        let stranger = gina.post("/clients", client(json!({}), Some(ACME_BOT_ID))).await;
        assert_eq!(stranger.json["errors"][0]["pointer"], "/machine", "{stranger:?}");
        let own = gina.post("/clients", client(json!({ "scope": "Invora.Invoices.Read" }), Some(BOT_ID))).await;
        assert_eq!(own.status, 201, "{own:?}");
        // A client that is there is not made into more, and its secret is as good as the machine.
        let id = own.json["client"]["id"].as_str().unwrap();
        let more = gina.patch(&format!("/clients/{id}"), 1, json!({ "machine": ROOT_BOT_ID })).await;
        assert_eq!(problem(&more), "not-held", "{more:?}");
        let path = "/clients/globex-root/secrets";
        let secret = gina.call(Method::POST, path, Some(json!({})), Some(1)).await;
        assert_eq!(problem(&secret), "not-held", "{secret:?}");
        let path = "/clients/globex-bot/secrets";
        let secret = gina.call(Method::POST, path, Some(json!({})), Some(1)).await;
        assert_eq!(secret.status, 201, "{secret:?}");
    }

    async fn a7_2_a_token_for_a_machine_opens_no_more_than_its_maker_holds(backend) {
        let world = World::start(backend);
        let scope = "openid Symbolon.Admin.v1.Tokens.Write";
        let gina = world.signed_in("gina", GINA, scope).await;
        let body = |owner: &str| json!({ "owner": owner, "name": "ci" });
        let taken = gina.post("/tokens", body(ROOT_BOT_ID)).await;
        assert_eq!((taken.status.as_u16(), problem(&taken)), (403, "not-held"), "{taken:?}");
        assert_eq!(gina.post("/tokens", body(BOT_ID)).await.status, 201);
        // Limited to what she holds, it is hers to make.
        let mut limited = body(ROOT_BOT_ID);
        limited["scope"] = json!("Invora.Invoices.Read");
        assert_eq!(gina.post("/tokens", limited).await.status, 201);
    }

    async fn a7_2_who_writes_rules_gives_himself_nothing_of_symbolon(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let editor = json!({ "role": "rule_editor", "pattern": "Symbolon.Admin.v1.Rules.*", "effect": "allow" });
        let put = admin.change_rules(|rules| rules.push(editor.clone())).await;
        assert_eq!(put.status, 200, "{put:?}");
        apply(&world.database, "users:\n  - { username: rita, organization: acme, roles: { acme: [rule_editor] } }\n");
        let rita = world.pat("rita");
        eventually("rita may read the rules", async || rita.get("/rules").await.status == 200).await;
        for pattern in ["Symbolon.*", "*", "Symbolon.Admin.v1.Keys.Write"] {
            let rule = json!({ "role": "rule_editor", "pattern": pattern, "effect": "allow" });
            let put = rita.change_rules(|rules| rules.push(rule.clone())).await;
            assert_eq!((put.status.as_u16(), problem(&put)), (403, "not-held"), "{pattern}: {put:?}");
        }
        let rule = json!({ "role": "viewer", "pattern": "Invora.Invoices.Write", "effect": "allow" });
        let put = rita.change_rules(|rules| rules.push(rule.clone())).await;
        assert_eq!(put.status, 200, "{put:?}");
        // What is no longer denied is given too.
        let deny = json!({ "role": "rule_editor", "pattern": "Symbolon.Admin.v1.Keys.Read", "effect": "deny" });
        assert_eq!(admin.change_rules(|rules| rules.push(deny.clone())).await.status, 200);
        eventually("rita is told so", async || {
            let put = rita.change_rules(|rules| rules.retain(|rule| *rule != deny)).await;
            problem(&put) == "not-held"
        }).await;
    }

    async fn a7_2_nobody_takes_from_himself_a_role_that_denies(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let path = format!("/grants/globex/{GINA_ID}/suspended");
        assert_eq!(admin.put(&path, json!({})).await.status, 200);
        let gina = world.pat("gina");
        eventually("gina is suspended", async || {
            let answer = gina.delete(&path).await;
            assert_ne!(answer.status, 204);
            problem(&answer) == "not-held"
        }).await;
        assert_eq!(admin.delete(&path).await.status, 204);
    }

    async fn a7_2_a_relation_is_made_by_who_may_change_the_one_and_see_the_other(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let relation = json!({ "manager": "acme", "held": "viewer", "managed": "globex", "acts_as": "organization_admin" });
        assert_eq!(world.pat("gina").post("/relations", relation.clone()).await.status, 403);
        // gina, once she may change organizations, still does not see acme.
        let rule = json!({ "role": "organization_admin", "pattern": "Symbolon.Admin.v1.Organizations.Write", "effect": "allow" });
        assert_eq!(admin.change_rules(|rules| rules.push(rule.clone())).await.status, 200);
        let gina = world.pat("gina");
        eventually("the rule is in force", async || {
            gina.post("/relations", relation.clone()).await.status == 422
        }).await;
        let refused = gina.post("/relations", relation.clone()).await;
        assert_eq!(refused.json["errors"][0]["pointer"], "/manager");
        let made = admin.post("/relations", relation.clone()).await;
        assert_eq!(made.status, 201, "{made:?}");
        assert_eq!(problem(&admin.post("/relations", relation).await), "conflict");
        let listed = gina.get("/relations").await;
        assert_eq!(listed.json["items"][0]["manager"], "acme", "{listed:?}");
        let path = "/relations/acme/viewer/globex/organization_admin";
        assert_eq!(gina.delete(path).await.status, 204);
        assert_eq!(gina.delete(path).await.status, 404);
    }
}
