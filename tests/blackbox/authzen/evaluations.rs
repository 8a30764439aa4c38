//! `authzen-pdp-evaluations-test-plan`, and the number of evaluations.

use serde_json::{Value, json};
use symbolon_testkit::on_both_databases;

use super::{EVALUATIONS, Expected, Module, ask, run, shared, transport};

fn user(id: &str) -> Value {
    json!({"type": "user", "id": id})
}

fn record(id: &str) -> Value {
    json!({"type": "record", "id": id})
}

fn with_status(id: &str, status: &str) -> Value {
    json!({"type": "record", "id": id, "properties": {"status": status}})
}

/// Alice reads both records.
fn good() -> Value {
    json!({
        "subject": user("alice"), "action": {"name": "read"},
        "evaluations": [{"resource": record("record-1")}, {"resource": record("record-2")}],
    })
}

/// Bob does this to record-1, with these options.
fn bob(actions: &[&str], semantic: Option<&str>) -> Value {
    let evaluations: Vec<_> = actions
        .iter()
        .map(|name| json!({"action": {"name": name}}))
        .collect();
    let mut request = json!({
        "subject": user("bob"), "resource": record("record-1"), "evaluations": evaluations,
    });
    if let Some(semantic) = semantic {
        request["options"] = json!({"evaluations_semantic": semantic});
    }
    request
}

fn modules() -> Vec<Module> {
    let all = Expected::Decisions(&[true, true]);
    let mut modules = transport("authzen-pdp-evaluations", &good(), &all);
    let mut add = |name: &str, request: Value, expected| {
        let name = format!("authzen-pdp-evaluations-{name}");
        modules.push(Module::new(&name, &request, expected));
    };
    add("batch-request-with-evaluations-array", good(), all.clone());
    add(
        "batch-with-fixture-decisions-validated",
        bob(&["read", "write"], None),
        Expected::Decisions(&[true, false]),
    );
    let whole = json!({"evaluations": [
        {"subject": user("alice"), "action": {"name": "read"}, "resource": record("record-1")},
        {"subject": user("bob"), "action": {"name": "write"}, "resource": record("record-1")},
    ]});
    add(
        "batch-with-fully-specified-evaluations",
        whole,
        Expected::Decisions(&[true, false]),
    );
    let mut inherited = good();
    inherited["context"] = json!({"time": "2025-06-27T18:03-07:00"});
    inherited["evaluations"][1]["context"] =
        json!({"time": "2025-06-27T19:00-07:00", "source": "batch-override"});
    add("batch-with-context-inheritance", inherited, all);
    let mut broken = good();
    broken["evaluations"][1] = json!({});
    add(
        "evaluation-level-errors",
        broken,
        Expected::Decisions(&[true, false]),
    );
    add(
        "default-semantic-is-execute-all",
        bob(&["read", "write"], None),
        Expected::Decisions(&[true, false]),
    );
    add(
        "execute-all-explicit",
        bob(&["read", "write"], Some("execute_all")),
        Expected::Decisions(&[true, false]),
    );
    add(
        "deny-on-first-deny",
        bob(&["read", "write", "read"], Some("deny_on_first_deny")),
        Expected::Decisions(&[true, false]),
    );
    add(
        "permit-on-first-permit",
        bob(&["write", "read", "write"], Some("permit_on_first_permit")),
        Expected::Decisions(&[false, true]),
    );
    add(
        "unknown-semantic-value",
        bob(&["read"], Some("bogus_value")),
        Expected::Status(&[400]),
    );
    let mut overriding = bob(&["read"], None);
    overriding["action"] = json!({"name": "write"});
    overriding["evaluations"] = json!([{"action": {"name": "read"}}, {}]);
    add(
        "per-eval-overrides-default",
        overriding,
        Expected::Decisions(&[true, false]),
    );
    add(
        "missing-subject-returns-decision-false",
        json!({"action": {"name": "read"}, "evaluations": [{"resource": record("record-1")}]}),
        Expected::Decisions(&[false]),
    );
    let mut single = json!({
        "subject": user("alice"), "action": {"name": "read"}, "resource": record("record-1"),
    });
    add(
        "missing-evaluations-array-backward-compat",
        single.clone(),
        Expected::Decision(true),
    );
    single["evaluations"] = json!([]);
    add(
        "empty-evaluations-array-backward-compat",
        single,
        Expected::Decision(true),
    );
    let written = |resource: Value| {
        json!({
            "subject": user("alice"), "action": {"name": "write"}, "resource": {"type": "record"},
            "evaluations": [
                {"resource": resource}, {"resource": with_status("record-2", "archived")},
            ],
        })
    };
    let mut whole = written(with_status("record-1", "active"));
    whole.as_object_mut().unwrap().remove("resource");
    add(
        "batch-with-properties-validated",
        whole,
        Expected::Decisions(&[true, false]),
    );
    let half = json!({"id": "record-1", "properties": {"status": "active"}});
    add(
        "batch-with-default-value-merging",
        written(half),
        Expected::Decisions(&[true, false]),
    );
    let mut admin = user("bob");
    admin["properties"] = json!({"role": "admin"});
    let subjects = json!({
        "action": {"name": "write"}, "resource": with_status("record-2", "archived"),
        "evaluations": [{"subject": user("alice")}, {"subject": admin}],
    });
    add(
        "batch-with-subject-properties-validated",
        subjects,
        Expected::Decisions(&[false, true]),
    );
    modules
}

on_both_databases! {
    async fn every_module_of_the_evaluations_plan_passes(backend) {
        run(shared(backend), EVALUATIONS, modules(), 27).await;
    }

    async fn an_evaluation_that_is_none_says_what_is_wrong_with_it(backend) {
        let mut request = good();
        request["evaluations"] = json!([{}, 1, {"resource": "x"}, {"resource": record("record-1")}]);
        let answer = ask(shared(backend), EVALUATIONS, &request).await.json;
        let messages: Vec<_> = answer["evaluations"].as_array().unwrap().iter()
            .map(|own| own["context"]["error"]["message"].as_str())
            .collect();
        assert_eq!(messages, [
            Some("resource is missing"),
            Some("an evaluation must be an object"),
            Some("resource must be an object"),
            None,
        ]);
        assert_eq!(answer["evaluations"][0]["context"]["error"]["status"], 400);
    }

    async fn the_number_of_evaluations_is_bounded(backend) {
        let many = |count: usize| {
            let mut request = good();
            request["evaluations"] = vec![json!({"resource": record("record-1")}); count].into();
            request
        };
        let answer = ask(shared(backend), EVALUATIONS, &many(200)).await;
        assert_eq!(answer.json["evaluations"].as_array().unwrap().len(), 200);
        assert_eq!(ask(shared(backend), EVALUATIONS, &many(201)).await.status, 400);
    }
}
