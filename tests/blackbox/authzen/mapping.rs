//! What a question means: who is who, where somebody acts, and what is not known.

use serde_json::{Value, json};
use symbolon_testkit::{Server, on_both_databases};

use super::{EVALUATION, ask, shared, start};
use crate::support::{apply, eventually};

/// The reason of the answer to whether this subject may use the scope in the organization.
async fn reason(server: &Server, kind: &str, who: &str, scope: &str, organization: &str) -> String {
    let question = json!({
        "subject": {"type": kind, "id": who}, "action": {"name": scope},
        "resource": {"type": "organization", "id": organization},
    });
    told(server, &question).await
}

async fn told(server: &Server, question: &Value) -> String {
    let answer = ask(server, EVALUATION, question).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let reason = answer.json["context"]["reason"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(answer.json["decision"], reason == "allowed", "{answer:?}");
    reason
}

on_both_databases! {
    async fn somebody_is_named_by_sub_or_name_and_by_what_they_are(backend) {
        let server = shared(backend);
        let read = "Orders.v1.Read";
        const DORA: &str = "01900000-0000-7000-8000-00000000d0aa";
        for (kind, who, expected) in [
            ("user", DORA, "allowed"),
            ("user", "dora", "allowed"),
            ("user", "DORA", "allowed"),
            ("subject", "dora", "allowed"),
            ("identity", DORA, "allowed"),
            ("machine", "till", "allowed"),
            ("machine", "dora", "no_role_in_organization"),
            ("user", "till", "no_role_in_organization"),
            ("User", "dora", "no_role_in_organization"),
            ("spaceship", "dora", "no_role_in_organization"),
            ("user", "", "no_role_in_organization"),
            ("user", "nobody", "no_role_in_organization"),
            ("user", "dora\u{0}", "no_role_in_organization"),
            // Disabled, and at home in an organization that is.
            ("user", "fritz", "no_role_in_organization"),
            ("user", "ghost", "no_role_in_organization"),
        ] {
            assert_eq!(reason(server, kind, who, read, "branch").await, expected, "{kind} {who}");
        }
    }

    async fn somebody_acts_in_the_organization_that_is_named(backend) {
        let server = shared(backend);
        for (scope, organization, expected) in [
            ("Orders.v1.Read", "branch", "allowed"),
            ("Orders.v1.Write", "branch", "no_rule_grants"),
            ("Orders.v1.Read", "closed", "no_role_in_organization"),
            ("Orders.v1.Read", "holding", "no_role_in_organization"),
            ("Orders.v1.Read", "unheard-of", "no_role_in_organization"),
            ("Orders.v1.Read", "not an organization", "no_role_in_organization"),
            ("orders.v1.read", "branch", "no_rule_grants"),
            ("Orders.*", "branch", "unknown_action"),
            ("openid", "branch", "unknown_action"),
        ] {
            let told = reason(server, "user", "erin", scope, organization).await;
            assert_eq!(told, expected, "{scope} {organization}");
        }
    }

    async fn a_route_needs_the_scope_of_its_endpoint(backend) {
        let server = shared(backend);
        let route = |who: &str, method: &str, path: &str, properties: Value| json!({
            "subject": {"type": "user", "id": who}, "action": {"name": method},
            "resource": {"type": "route", "id": path, "properties": properties},
        });
        let branch = || json!({"organization": "branch"});
        for (who, method, path, properties, expected) in [
            ("erin", "GET", "/orders/1", json!({}), "allowed"),
            ("erin", "HEAD", "/orders/1?a=b", json!({}), "allowed"),
            ("erin", "GET", "/orders/{id}", json!({"audience": "urn:example:orders"}), "allowed"),
            ("erin", "PUT", "/orders/1", json!({}), "no_rule_grants"),
            ("erin", "DELETE", "/orders/1", json!({}), "unknown_resource"),
            ("erin", "GET", "/orders/1", json!({"audience": "urn:example:records"}), "unknown_resource"),
            ("erin", "GET", "/orders/1", json!({"organization": "holding"}), "no_role_in_organization"),
            ("erin", "GET", "/orders/%2e%2e/orders", json!({}), "unknown_resource"),
            ("dora", "PUT", "/orders/1", branch(), "allowed"),
            ("alice", "GET", "/orders/1", branch(), "no_role_in_organization"),
        ] {
            let question = route(who, method, path, properties);
            assert_eq!(told(server, &question).await, expected, "{question}");
        }
        let mut question = route("alice", "GET", "/orders/1", json!({}));
        question["subject"]["id"] = json!("erin");
        question["context"] = json!({"organization": "holding"});
        assert_eq!(told(server, &question).await, "no_role_in_organization");
    }

    async fn an_answer_says_what_it_came_down_to(backend) {
        let question = json!({
            "subject": {"type": "user", "id": "alice"}, "action": {"name": "write"},
            "resource": {"type": "record", "id": "record-2"},
        });
        let answer = ask(shared(backend), EVALUATION, &question).await.json;
        assert_eq!(answer, json!({"decision": false, "context": {
            "reason": "no_rule_grants", "scope": "Records.v1.Amend", "organization": "records",
            "policy_version": 3,
        }}));
    }

    async fn a_change_of_rules_or_roles_shows_within_a_second(backend) {
        let database = backend.url();
        let server = start(&database);
        let question = |who: &str, action: &str, id: &str| json!({
            "subject": {"type": "user", "id": who}, "action": {"name": action},
            "resource": {"type": "record", "id": id},
        });
        let write = question("alice", "write", "record-2");
        assert_eq!(told(&server, &write).await, "no_rule_grants");
        apply(&database, "rules:\n  - { role: editor, pattern: Records.*, effect: allow }\n");
        eventually("the rule counts", async || told(&server, &write).await == "allowed").await;
        apply(&database, "users:\n  - { username: alice, organization: records, disabled: true }\n");
        eventually("alice is out", async || {
            told(&server, &write).await == "no_role_in_organization"
        })
        .await;
    }
}
