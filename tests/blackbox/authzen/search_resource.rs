//! `authzen-pdp-resource-search-test-plan`, and the searches for organizations and endpoints.

use serde_json::{Value, json};
use symbolon_testkit::on_both_databases;

use super::{Expected, Module, RESOURCE, ask, run, shared, transport};

fn good() -> Value {
    json!({
        "subject": {"type": "user", "id": "alice"}, "action": {"name": "read"},
        "resource": {"type": "record"},
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
    let first = Expected::Results(json!([{"type": "record", "id": "record-1"}]));
    let mut modules = transport("authzen-pdp-resource-search", &good(), &first);
    let mut add = |name: &str, question: &Value, expected: &Expected| {
        let name = format!("authzen-pdp-resource-search-{name}");
        modules.push(Module::new(&name, question, expected.clone()));
    };
    add(
        "valid-resource-search-request-with-non-empty-results",
        &good(),
        &first,
    );
    add("resource-search-with-resource-id-omitted", &good(), &first);
    let stray = with("/resource/id", json!("ignored-stray-id"));
    add("extra-resource-id-ignored", &stray, &first);
    let mut admin = with("/action/name", json!("write"));
    admin["subject"] = json!({"type": "user", "id": "bob", "properties": {"role": "admin"}});
    let second = Expected::Results(json!([{"type": "record", "id": "record-2"}]));
    add("resource-search-with-subject-properties", &admin, &second);
    for (name, pointer) in [
        ("missing-subject", "/subject"),
        ("subject-missing-id", "/subject/id"),
        ("missing-action", "/action"),
        ("action-missing-name", "/action/name"),
        ("missing-resource", "/resource"),
        ("resource-missing-type", "/resource/type"),
    ] {
        let expected = Expected::Status(&[400]);
        add(name, &with(pointer, Value::Null), &expected);
    }
    modules
}

/// With another letter at a place.
fn changed(token: &str, place: usize) -> String {
    let letter = if token[place..].starts_with('B') {
        "C"
    } else {
        "B"
    };
    format!("{}{letter}{}", &token[..place], &token[place + 1..])
}

on_both_databases! {
    async fn every_module_of_the_resource_search_plan_passes(backend) {
        run(shared(backend), RESOURCE, modules(), 20).await;
    }

    async fn a_resource_search_finds_what_an_evaluation_permits_and_nothing_else(backend) {
        let server = shared(backend);
        let find = async |who: &str, action: &str, resource: Value| -> Value {
            let question = json!({
                "subject": {"type": "user", "id": who}, "action": {"name": action},
                "resource": resource,
            });
            ask(server, RESOURCE, &question).await.json["results"].clone()
        };
        let record = || json!({"type": "record"});
        assert_eq!(find("alice", "write", record()).await, json!([{"type": "record", "id": "record-1"}]));
        assert_eq!(find("bob", "write", record()).await, json!([{"type": "record", "id": "record-2"}]));
        for (who, kind) in [("nobody", "record"), ("fritz", "organization"), ("alice", "spaceship")] {
            assert_eq!(find(who, "Orders.v1.Read", json!({"type": kind})).await, json!([]));
        }
        // In which organizations can dora use this scope?
        let places = |ids: &[&str]| -> Value {
            ids.iter().map(|id| json!({"type": "organization", "id": id})).collect()
        };
        let organization = || json!({"type": "organization"});
        assert_eq!(find("dora", "Orders.v1.Write", organization()).await, places(&["branch", "holding"]));
        assert_eq!(find("erin", "Orders.v1.Read", organization()).await, places(&["branch"]));
        assert_eq!(find("erin", "Orders.v1.Write", organization()).await, places(&[]));
        // Which endpoints can erin call at home?
        let route = |id: &str| {
            json!({"type": "route", "id": id, "properties": {"audience": "urn:example:orders"}})
        };
        assert_eq!(
            find("erin", "GET", json!({"type": "route"})).await,
            json!([route("/orders"), route("/orders/{id}")])
        );
        assert_eq!(find("erin", "PUT", json!({"type": "route"})).await, json!([]));
    }

    async fn a_token_goes_on_with_its_own_question_alone(backend) {
        let server = shared(backend);
        let page = |page: Value| with("/page", page);
        let first = ask(server, RESOURCE, &page(json!({"limit": 1}))).await.json;
        assert_eq!(first["results"], json!([{"type": "record", "id": "record-1"}]));
        let token = first["page"]["next_token"].as_str().unwrap();
        // The limit may be left out, as in the example of the specification.
        for again in [json!({"token": token}), json!({"token": token, "limit": 1})] {
            let second = ask(server, RESOURCE, &page(again)).await.json;
            assert_eq!(second["results"], json!([{"type": "record", "id": "record-2"}]));
            assert_eq!(second["page"], json!({"next_token": "", "count": 1}));
        }
        let status = async |question: Value| ask(server, RESOURCE, &question).await.status.as_u16();
        for changed in [
            json!({"token": token, "limit": 2}),
            json!({"token": token, "properties": {"sort": "down"}}),
            json!({"token": format!("{token}A")}),
            json!({"token": &token[..token.len() - 1]}),
            json!({"token": changed(token, 0)}),
            json!({"token": changed(token, 30)}),
            json!({"token": changed(token, token.len() - 10)}),
            json!({"token": ""}),
            json!({"token": "A".repeat(10_000)}),
            json!({"token": 1}),
            json!({"limit": -1}),
            json!({"limit": "1"}),
        ] {
            assert_eq!(status(page(changed.clone())).await, 400, "{changed}");
        }
        let mut other = page(json!({"token": token}));
        other["subject"]["id"] = json!("bob");
        assert_eq!(status(other).await, 400);
        let mut other = page(json!({"token": token}));
        other["context"] = json!({"ip": "192.0.2.1"});
        assert_eq!(status(other).await, 400);
    }
}
