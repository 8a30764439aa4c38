//! `authzen-pdp-evaluation-test-plan`.

use serde_json::{Value, json};
use symbolon_testkit::on_both_databases;

use super::{EVALUATION, Expected, Module, run, shared, transport};

fn question(who: &str, action: Value, resource: Value) -> Value {
    json!({"subject": {"type": "user", "id": who}, "action": action, "resource": resource})
}

fn read() -> Value {
    json!({"name": "read"})
}

fn record(id: &str) -> Value {
    json!({"type": "record", "id": id})
}

fn good() -> Value {
    question("alice", read(), record("record-1"))
}

/// The good question, with another value somewhere; null takes it away.
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
    let mut modules = transport("authzen-pdp-evaluation", &good(), &Expected::Decision(true));
    let mut add = |name: &str, question: &Value, expected| {
        let name = format!("authzen-pdp-evaluation-{name}");
        modules.push(Module::new(&name, question, expected));
    };
    let archived =
        json!({"type": "record", "id": "record-2", "properties": {"status": "archived"}});
    let delete = |soft: bool| json!({"name": "delete", "properties": {"soft": soft}});
    let write = || json!({"name": "write"});
    let mut as_admin = question("bob", write(), archived.clone());
    as_admin["subject"]["properties"] = json!({"role": "admin"});
    let more = json!({
        "subject": {"type": "user", "id": "alice", "properties": {"department": "Sales", "role": "manager"}},
        "action": {"name": "read", "properties": {"method": "GET"}},
        "resource": {"type": "record", "id": "record-1", "properties": {"status": "active", "owner": "bob"}},
    });
    for (name, question, decision) in [
        ("fixture-request-permit-decision", good(), true),
        (
            "fixture-request-deny-decision",
            question("bob", write(), record("record-1")),
            false,
        ),
        (
            "request-with-optional-context",
            with(
                "/context",
                json!({"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"}),
            ),
            true,
        ),
        ("request-with-additional-properties", more, true),
        (
            "fixture-request-deny-based-on-properties",
            question("alice", write(), archived),
            false,
        ),
        (
            "fixture-request-permit-based-on-subject-properties",
            as_admin,
            true,
        ),
        (
            "fixture-request-permit-based-on-action-properties",
            question("alice", delete(true), record("record-1")),
            true,
        ),
        (
            "fixture-request-deny-based-on-action-properties",
            question("alice", delete(false), record("record-1")),
            false,
        ),
        (
            "unknown-subject-fields-ignored",
            with("/subject/customAttr", json!({"k": "v"})),
            true,
        ),
        (
            "unknown-resource-fields-ignored",
            with("/resource/customAttr", json!([1, 2, 3])),
            true,
        ),
        (
            "unknown-action-fields-ignored",
            with("/action/customAttr", json!("ignored")),
            true,
        ),
    ] {
        add(name, &question, Expected::Decision(decision));
    }
    for (name, pointer, value) in [
        ("missing-subject", "/subject", Value::Null),
        ("missing-action", "/action", Value::Null),
        ("missing-resource", "/resource", Value::Null),
        ("subject-missing-type", "/subject/type", Value::Null),
        ("subject-missing-id", "/subject/id", Value::Null),
        ("action-missing-name", "/action/name", Value::Null),
        ("resource-missing-type", "/resource/type", Value::Null),
        ("resource-missing-id", "/resource/id", Value::Null),
        ("subject-is-string", "/subject", json!("alice")),
        ("action-name-is-number", "/action/name", json!(123)),
    ] {
        add(name, &with(pointer, value), Expected::Status(&[400]));
    }
    for (name, secret) in [
        ("missing-credentials-returns-401", None),
        ("invalid-credentials-returns-401", Some("not the secret")),
    ] {
        let name = format!("authzen-pdp-evaluation-{name}");
        modules.push(Module {
            secret,
            ..Module::new(&name, &good(), Expected::Unauthorized)
        });
    }
    modules
}

on_both_databases! {
    async fn every_module_of_the_evaluation_plan_passes(backend) {
        run(shared(backend), EVALUATION, modules(), 33).await;
    }
}
