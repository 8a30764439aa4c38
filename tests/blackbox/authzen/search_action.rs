//! `authzen-pdp-action-search-test-plan`, and what may be done in an organization and to a path.

use serde_json::{Value, json};
use symbolon_testkit::on_both_databases;

use super::{ACTION, Expected, Module, ask, run, shared, transport};

fn good() -> Value {
    json!({
        "subject": {"type": "user", "id": "alice"},
        "resource": {"type": "record", "id": "record-1"},
    })
}

fn with(pointer: &str, value: Value) -> Value {
    let mut question = good();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = question.pointer_mut(parent).unwrap();
    if value.is_null() {
        parent.as_object_mut().unwrap().remove(key).unwrap();
    } else {
        parent[key] = value;
    }
    question
}

fn modules() -> Vec<Module> {
    let both = Expected::Results(json!([{"name": "read"}, {"name": "write"}]));
    let mut modules = transport("authzen-pdp-action-search", &good(), &both);
    let mut add = |name: &str, question: &Value, expected: &Expected| {
        let name = format!("authzen-pdp-action-search-{name}");
        modules.push(Module::new(&name, question, expected.clone()));
    };
    add(
        "valid-action-search-request-with-non-empty-results",
        &good(),
        &both,
    );
    let context = json!({"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"});
    add(
        "action-search-with-context",
        &with("/context", context),
        &both,
    );
    let extra = with("/action", json!({"name": "read"}));
    add("extra-action-ignored", &extra, &both);
    let admin = json!({
        "subject": {"type": "user", "id": "bob", "properties": {"role": "admin"}},
        "resource": {"type": "record", "id": "record-2", "properties": {"status": "archived"}},
    });
    let write = Expected::Results(json!([{"name": "write"}]));
    add("action-search-with-properties", &admin, &write);
    let unknown = with("/subject/id", json!("nonexistent-user"));
    add(
        "unknown-entity-identifier",
        &unknown,
        &Expected::Results(json!([])),
    );
    for (name, pointer, value) in [
        ("missing-subject", "/subject", Value::Null),
        ("missing-resource", "/resource", Value::Null),
        ("subject-missing-type", "/subject/type", Value::Null),
        ("subject-missing-id", "/subject/id", Value::Null),
        ("subject-is-string", "/subject", json!("alice")),
        ("resource-missing-type", "/resource/type", Value::Null),
        ("resource-missing-id", "/resource/id", Value::Null),
    ] {
        add(name, &with(pointer, value), &Expected::Status(&[400]));
    }
    modules
}

on_both_databases! {
    async fn every_module_of_the_action_search_plan_passes(backend) {
        run(shared(backend), ACTION, modules(), 22).await;
    }

    async fn an_action_search_finds_scopes_methods_and_declared_actions(backend) {
        let server = shared(backend);
        let find = async |who: &str, resource: Value| -> Vec<String> {
            let question = json!({"subject": {"type": "subject", "id": who}, "resource": resource});
            let answer = ask(server, ACTION, &question).await.json;
            let results = answer["results"].as_array().unwrap();
            results.iter().map(|own| own["name"].as_str().unwrap().to_owned()).collect()
        };
        let branch = || json!({"type": "organization", "id": "branch"});
        assert_eq!(find("dora", branch()).await, ["Orders.v1.Read", "Orders.v1.Write"]);
        assert_eq!(find("till", branch()).await, ["Orders.v1.Read"]);
        assert!(find("fritz", branch()).await.is_empty());
        assert!(find("alice", branch()).await.is_empty());
        let order = |id: &str| json!({"type": "route", "id": id});
        assert_eq!(find("dora", order("/orders/4711")).await, ["GET", "PUT"]);
        assert_eq!(find("erin", order("/orders/{order}")).await, ["GET"]);
        assert!(find("erin", order("/orders/../orders")).await.is_empty());
        assert_eq!(find("bob", json!({"type": "record", "id": "record-2"})).await, ["read", "write"]);
    }
}
