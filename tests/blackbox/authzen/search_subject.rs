//! `authzen-pdp-subject-search-test-plan`, and who is found across organizations.

use serde_json::{Value, json};
use symbolon_testkit::{Server, on_both_databases};

use super::{EVALUATION, Expected, Module, SUBJECT, ask, run, shared, start, transport};
use crate::support::{apply, eventually};

fn good() -> Value {
    json!({
        "subject": {"type": "user"}, "action": {"name": "read"},
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
    let user = |id: &str| json!({"type": "user", "id": id});
    let both = Expected::Results(json!([user("alice"), user("bob")]));
    let mut modules = transport("authzen-pdp-subject-search", &good(), &both);
    let mut add = |name: &str, question: &Value, expected: &Expected| {
        let name = format!("authzen-pdp-subject-search-{name}");
        modules.push(Module::new(&name, question, expected.clone()));
    };
    let context = json!({"time": "2025-06-27T18:03-07:00", "ip": "192.168.1.1"});
    for (name, question) in [
        (
            "valid-subject-search-request-with-non-empty-results",
            good(),
        ),
        ("subject-search-with-context", with("/context", context)),
        ("subject-search-with-subject-id-omitted", good()),
        (
            "request-with-page-limit",
            with("/page", json!({"limit": 1})),
        ),
        (
            "unknown-page-fields-ignored",
            with("/page", json!({"limit": 10, "customAttr": "ignored"})),
        ),
        (
            "extra-subject-id-ignored",
            with("/subject/id", json!("ignored-stray-id")),
        ),
    ] {
        add(name, &question, &both);
    }
    let spaceship = with("/subject/type", json!("spaceship"));
    add(
        "unknown-entity-type",
        &spaceship,
        &Expected::Results(json!([])),
    );
    let mut archived = with("/action/name", json!("write"));
    archived["resource"] =
        json!({"type": "record", "id": "record-2", "properties": {"status": "archived"}});
    let bob = Expected::Results(json!([user("bob")]));
    add("subject-search-with-resource-properties", &archived, &bob);
    for (name, pointer, value) in [
        ("missing-action", "/action", Value::Null),
        ("action-missing-name", "/action/name", Value::Null),
        ("action-is-string", "/action", json!("read")),
        ("missing-resource", "/resource", Value::Null),
        ("resource-missing-id", "/resource/id", Value::Null),
        ("resource-missing-type", "/resource/type", Value::Null),
        ("subject-missing-type", "/subject/type", Value::Null),
    ] {
        add(name, &with(pointer, value), &Expected::Status(&[400]));
    }
    modules
}

/// All who are found, page by page.
async fn found(
    server: &Server,
    kind: &str,
    scope: &str,
    organization: &str,
    limit: u32,
) -> Vec<String> {
    let mut question = json!({
        "subject": {"type": kind}, "action": {"name": scope},
        "resource": {"type": "organization", "id": organization},
        "page": {"limit": limit},
    });
    let mut found = Vec::new();
    for _ in 0..50 {
        let answer = ask(server, SUBJECT, &question).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let results = answer.json["results"].as_array().unwrap();
        assert!(results.len() <= limit as usize);
        assert_eq!(answer.json["page"]["count"], results.len());
        found.extend(
            results
                .iter()
                .map(|own| own["id"].as_str().unwrap().to_owned()),
        );
        let token = answer.json["page"]["next_token"].as_str().unwrap();
        if token.is_empty() {
            let mut sorted = found.clone();
            sorted.sort();
            sorted.dedup();
            assert_eq!(sorted.len(), found.len(), "nobody comes twice");
            return found;
        }
        question["page"]["token"] = json!(token);
    }
    panic!("no end of pages");
}

on_both_databases! {
    async fn every_module_of_the_subject_search_plan_passes(backend) {
        run(shared(backend), SUBJECT, modules(), 25).await;
    }

    async fn a_subject_search_finds_those_whom_an_evaluation_permits_and_nobody_else(backend) {
        let server = shared(backend);
        let only = |users: Value| json!(users);
        let results = ask(server, SUBJECT, &good()).await.json["results"].clone();
        assert_eq!(results, only(json!([{"type": "user", "id": "alice"}, {"type": "user", "id": "bob"}])));
        let results = ask(server, SUBJECT, &with("/action/name", json!("write"))).await.json["results"].clone();
        assert_eq!(results, only(json!([{"type": "user", "id": "alice"}])));
        let results = ask(server, SUBJECT, &with("/action/name", json!("shred"))).await.json["results"].clone();
        assert_eq!(results, only(json!([])));
    }

    async fn those_who_act_through_a_relation_are_found_once_and_the_disabled_are_not(backend) {
        let server = shared(backend);
        const DORA: &str = "01900000-0000-7000-8000-00000000d0aa";
        for limit in [1, 2, 100] {
            // Dora is director in branch and, through holding, clerk; fritz is disabled, ghost's home
            // is; till is a machine.
            let people = found(server, "user", "Orders.v1.Read", "branch", limit).await;
            assert_eq!(people.len(), 2, "{people:?}");
            assert!(people.iter().any(|id| id == DORA), "{people:?}");
            let all = found(server, "subject", "Orders.v1.Read", "branch", limit).await;
            assert_eq!(all.len(), 3, "{all:?}");
            let machines = found(server, "machine", "Orders.v1.Read", "branch", limit).await;
            assert_eq!(machines.len(), 1, "{machines:?}");
            assert_eq!(found(server, "user", "Orders.v1.Write", "branch", limit).await, [DORA]);
        }
        for nowhere in ["closed", "unheard-of", "not an organization"] {
            assert!(found(server, "user", "Orders.v1.Read", nowhere, 9).await.is_empty());
        }
    }

    async fn a_role_that_is_given_and_taken_shows_within_a_second(backend) {
        let database = backend.url();
        let server = start(&database);
        let search = async || found(&server, "user", "Records.v1.Amend", "branch", 9).await.len();
        assert_eq!(search().await, 0);
        let erin = |roles: &str| {
            format!("users:\n  - {{ username: erin, organization: branch, roles: {{ branch: [{roles}] }} }}\n")
        };
        apply(&database, &erin("amender"));
        eventually("erin is found", async || search().await == 1).await;
        apply(&database, &erin("clerk"));
        eventually("erin is not found", async || search().await == 0).await;
    }

    async fn a_page_looks_at_a_bounded_number_of_subjects_and_says_that_there_are_more(backend) {
        use std::fmt::Write as _;
        let database = backend.url();
        let server = start(&database);
        let mut state = "users:\n".to_owned();
        for number in 0..600 {
            // All may, but for a rule that denies.
            let roles = if number == 599 { "clerk" } else { "clerk, barred" };
            writeln!(
                state,
                "  - {{ id: many-{number:03}, username: many-{number:03}, organization: branch, roles: {{ branch: [{roles}] }} }}"
            )
            .unwrap();
        }
        let rules = "roles: [{ key: barred, name: Barred }]\nrules:\n  \
            - { role: clerk, pattern: Orders.*, effect: allow }\n  \
            - { role: barred, pattern: Orders.*, effect: deny }\n";
        apply(&database, &format!("{rules}{state}"));
        let mut question = json!({
            "subject": {"type": "user"}, "action": {"name": "Orders.v1.Write"},
            "resource": {"type": "organization", "id": "branch"}, "page": {"limit": 100},
        });
        eventually("the rules count", async || {
            let evaluation = json!({
                "subject": {"type": "user", "id": "many-599"}, "action": question["action"],
                "resource": question["resource"],
            });
            ask(&server, EVALUATION, &evaluation).await.json["decision"] == true
        })
        .await;
        let (mut found, mut pages) = (Vec::new(), 0);
        loop {
            let page = ask(&server, SUBJECT, &question).await.json;
            let results = page["results"].as_array().unwrap();
            assert!(results.len() < 100);
            pages += 1;
            found.extend(results.iter().map(|own| own["id"].as_str().unwrap().to_owned()));
            match page["page"]["next_token"].as_str().unwrap() {
                "" => break,
                token => question["page"]["token"] = json!(token),
            }
        }
        assert_eq!(pages, 2, "the first page ends when it has looked at 500");
        assert!(found.contains(&"many-599".to_owned()), "{found:?}");
        assert!(found.iter().all(|id| !id.starts_with("many-") || id == "many-599"), "{found:?}");
    }
}
