//! The last who can change the rules is not locked out.

use reqwest::Method;
use serde_json::json;
use symbolon_testkit::on_both_databases;

use super::{ADMIN_ID, AUDRA_ID, SAM_ID, World, problem};

const GRANT: &str = "/grants/acme/01900000-0000-7000-8000-0000000ad314/super_admin";

on_both_databases! {
    async fn what_would_leave_nobody_who_can_change_the_rules_is_refused(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let others = format!("/grants/acme/{SAM_ID}/super_admin");
        assert_eq!(admin.delete(&others).await.status, 204);
        let me = format!("/users/{ADMIN_ID}");
        let role = admin.get("/roles/super_admin").await.json["version"].as_i64();
        let attempts = [
            admin.delete(GRANT).await,
            admin.put(GRANT, json!({ "expires_at": "2999-01-01T00:00:00Z" })).await,
            admin.patch(&me, 1, json!({ "disabled": true })).await,
            admin.call(Method::DELETE, &me, None, Some(1)).await,
            admin.call(Method::DELETE, "/roles/super_admin", None, role).await,
            admin.patch("/organizations/acme", 1, json!({ "disabled": true })).await,
            admin.change_rules(|rules| rules.retain(|rule| rule["role"] != "super_admin")).await,
            admin.change_rules(|rules| rules.push(json!({
                "role": "super_admin", "pattern": "Symbolon.Admin.v1.Rules.Write", "effect": "deny",
            }))).await,
        ];
        for attempt in &attempts {
            assert_eq!((attempt.status.as_u16(), problem(attempt)), (409, "lockout"), "{attempt:?}");
            assert!(attempt.json["detail"].as_str().unwrap().contains("change the rules"));
        }
        // With another one there it is nobody's business.
        let path = format!("/grants/acme/{AUDRA_ID}/super_admin");
        assert_eq!(admin.put(&path, json!({})).await.status, 200);
        assert_eq!(admin.delete(GRANT).await.status, 204);
    }

    async fn a_super_administrator_who_is_disabled_or_whose_role_ends_is_none_who_is_left(backend) {
        let world = World::start(backend);
        let admin = world.pat("admin");
        let sam = format!("/users/{SAM_ID}");
        assert_eq!(admin.patch(&sam, 1, json!({ "disabled": true })).await.status, 200);
        assert_eq!(problem(&admin.delete(GRANT).await), "lockout");
        assert_eq!(admin.patch(&sam, 2, json!({ "disabled": false })).await.status, 200);
        let path = format!("/grants/acme/{SAM_ID}/super_admin");
        let soon = json!({ "expires_at": "2999-01-01T00:00:00Z" });
        assert_eq!(admin.put(&path, soon).await.status, 200);
        assert_eq!(problem(&admin.delete(GRANT).await), "lockout");
        assert_eq!(admin.put(&path, json!({})).await.status, 200);
        assert_eq!(admin.delete(GRANT).await.status, 204);
    }

    async fn of_two_who_remove_each_other_one_is_left(backend) {
        let world = World::start(backend);
        let (admin, sam) = (world.pat("admin"), world.pat("sam"));
        let path = format!("/grants/acme/{SAM_ID}/super_admin");
        let (one, other) = tokio::join!(admin.delete(&path), sam.delete(GRANT));
        let removed = [&one, &other].iter().filter(|answer| answer.status == 204).count();
        assert_eq!(removed, 1, "{one:?} {other:?}");
    }
}
