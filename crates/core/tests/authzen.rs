//! What AuthZEN requests mean to the rules, and what searches find: the fixture of the certification
//! scenario, and an API with endpoints beside it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use symbolon_core::{
    authzen::{
        answer::{Decision, Detail},
        candidate::{Asking, actions, resources},
        entity::SubjectKind as Kind,
        evaluations::Evaluation,
        question::{Acting, Asked, Meaning, Unknown, meaning},
        search::{ActionSearch, Cursor, ResourceSearch},
    },
    id::Id,
    organization::Organization,
    policy::Policy,
    role::{Role, RoleKey, Roles},
    subject::{Subject, SubjectKind},
    time::Timestamp,
};

fn id<K>(text: &str) -> Id<K> {
    Id::parse(text).unwrap()
}

/// Editors read and write, and hide; amenders read and write what is archived; viewers see orders.
fn policy() -> Policy {
    let rules = json!([
        {"role": "editor", "pattern": "Records.v1.Read", "effect": "allow"},
        {"role": "editor", "pattern": "Records.v1.Write", "effect": "allow"},
        {"role": "editor", "pattern": "Records.v1.Hide", "effect": "allow"},
        {"role": "amender", "pattern": "Records.v1.Read", "effect": "allow"},
        {"role": "amender", "pattern": "Records.v1.Amend", "effect": "allow"},
        {"role": "viewer", "pattern": "Orders.Read", "effect": "allow"},
        {"role": "viewer", "pattern": "Records.v1.Read", "effect": "deny", "organization": "initech"},
    ]);
    let scopes = ["Read", "Write", "Hide", "Delete", "Amend"];
    let scopes = scopes.map(|last| json!({"scope": format!("Records.v1.{last}")}));
    let records = json!({
        "audience": "urn:records", "name": "Records", "scopes": scopes,
        "resources": [
            {"type": "record", "action": "read", "scope": "Records.v1.Read"},
            {"type": "record", "action": "write", "when": {"resource.status": "archived"}, "scope": "Records.v1.Amend"},
            {"type": "record", "action": "write", "scope": "Records.v1.Write"},
            {"type": "record", "action": "delete", "when": {"action.soft": true}, "scope": "Records.v1.Hide"},
            {"type": "record", "action": "delete", "scope": "Records.v1.Delete"},
            {"type": "both", "action": "read", "scope": "Records.v1.Read"},
        ],
        "instances": [
            {"type": "record", "id": "record-1", "properties": {"status": "active"}},
            {"type": "record", "id": "record-2", "properties": {"status": "archived"}},
            {"type": "record", "id": "record-3", "properties": {"organization": "globex"}},
        ],
    });
    let orders = json!({
        "audience": "urn:orders", "name": "Orders",
        "scopes": [{"scope": "Orders.Read"}, {"scope": "Orders.Write"}],
        "endpoints": [
            {"method": "GET", "template": "/orders/{id}", "scope": "Orders.Read"},
            {"method": "GET", "template": "/orders", "scope": "Orders.Read"},
            {"method": "POST", "template": "/orders", "scope": "Orders.Write"},
            {"method": "GET", "template": "/status", "scope": "Orders.Read"},
        ],
        "resources": [{"type": "both", "action": "read", "scope": "Orders.Read"}],
    });
    let other = json!({
        "audience": "urn:other", "name": "Other", "scopes": [{"scope": "Other.Read"}],
        "endpoints": [{"method": "GET", "template": "/status", "scope": "Other.Read"}],
    });
    let role = |key: &str| Role {
        key: RoleKey::parse(key).unwrap(),
        name: key.into(),
        organization: None,
    };
    let roles = ["editor", "amender", "viewer"].map(role);
    let apis = [records, orders, other].map(|api| serde_json::from_value(api).unwrap());
    let rules = serde_json::from_value(rules).unwrap();
    Policy::compile(4, rules, &[], &roles, apis).unwrap()
}

fn subject(name: &str, home: &str, roles: &[(&str, &[&str])]) -> Subject {
    let keys = |keys: &[&str]| {
        keys.iter()
            .map(|key| RoleKey::parse(key).unwrap())
            .collect()
    };
    let roles: Roles = roles
        .iter()
        .map(|(at, held)| (id(at), keys(held)))
        .collect();
    Subject {
        id: id(name),
        organization: id(home),
        organization_name: home.into(),
        kind: SubjectKind::Machine { name: name.into() },
        disabled_at: None,
        roles,
        roles_until: None,
    }
}

fn alice() -> Subject {
    subject(
        "alice",
        "acme",
        &[("acme", &["editor"]), ("globex", &["viewer"])],
    )
}

fn bob() -> Subject {
    subject("bob", "acme", &[("acme", &["amender"])])
}

fn map(value: &Value) -> Map<String, Value> {
    symbolon_core::json::object(value.to_string().as_bytes()).unwrap()
}

fn question(action: Value, resource: Value) -> Evaluation {
    let request = json!({
        "subject": {"type": "user", "id": "x"},
        "action": action,
        "resource": resource,
    });
    Evaluation::read(&map(&request)).unwrap()
}

fn meant(asked: &Evaluation) -> Meaning {
    let asked = Asked {
        subject: &asked.subject.properties,
        action: &asked.action,
        kind: &asked.resource.kind,
        id: &asked.resource.id,
        resource: &asked.resource.properties,
        context: &asked.context,
    };
    meaning(&policy(), &asked)
}

fn decide(subject: &Subject, action: Value, resource: Value) -> Decision {
    let meaning = meant(&question(action, resource));
    Decision::make(&policy(), &meaning, Some(subject), Detail::Reason)
}

fn record(name: &str, properties: Value) -> Value {
    json!({"type": "record", "id": name, "properties": properties})
}

#[test]
fn the_eight_decisions_of_the_certification_scenario() {
    let (active, archived) = (json!({}), json!({"status": "archived"}));
    let action = |name: &str| json!({"name": name});
    let delete = |soft: bool| json!({"name": "delete", "properties": {"soft": soft}});
    for (rule, who, action, resource, expected) in [
        (
            1,
            alice(),
            action("read"),
            record("record-1", active.clone()),
            true,
        ),
        (
            2,
            alice(),
            action("write"),
            record("record-1", active.clone()),
            true,
        ),
        (
            3,
            bob(),
            action("read"),
            record("record-1", active.clone()),
            true,
        ),
        (
            4,
            bob(),
            action("write"),
            record("record-1", active.clone()),
            false,
        ),
        (
            5,
            alice(),
            action("write"),
            record("record-2", archived.clone()),
            false,
        ),
        (
            6,
            bob(),
            action("write"),
            record("record-2", archived),
            true,
        ),
        (
            7,
            alice(),
            delete(true),
            record("record-1", active.clone()),
            true,
        ),
        (8, alice(), delete(false), record("record-1", active), false),
    ] {
        assert_eq!(
            decide(&who, action, resource).decision,
            expected,
            "rule {rule}"
        );
    }
}

#[test]
fn what_is_known_of_a_resource_is_added_to_what_is_said_of_it() {
    let write = || json!({"name": "write"});
    let decided = |who: &Subject, resource: Value| decide(who, write(), resource).decision;
    assert!(!decided(&alice(), record("record-2", json!({}))));
    assert!(!decided(
        &alice(),
        record("record-2", json!({"status": null}))
    ));
    assert!(decided(&bob(), record("record-2", json!({}))));
    assert!(decided(
        &alice(),
        record("record-2", json!({"status": "active"}))
    ));
    // It is also where it is, whatever a caller says: alice is no editor in globex.
    for organization in [json!(null), json!("globex"), json!("acme"), json!(1)] {
        let said = json!({"organization": organization});
        assert!(!decided(&alice(), record("record-3", said)));
    }
    let editor = subject("c", "acme", &[("globex", &["editor"])]);
    assert!(decided(&editor, record("record-3", json!({}))));
    assert!(decided(&alice(), record("unheard-of", json!({}))));
}

#[test]
fn an_organization_is_acted_in_with_a_scope() {
    for (scope, organization, reason) in [
        ("Records.v1.Write", "acme", "allowed"),
        ("Records.v1.Write", "globex", "no_rule_grants"),
        ("Records.v1.Write", "unheard-of", "no_role_in_organization"),
        ("Records.v1.Write", "not an id", "no_role_in_organization"),
        ("openid", "acme", "unknown_action"),
        ("", "acme", "unknown_action"),
    ] {
        let resource = json!({"type": "organization", "id": organization});
        let decided = decide(&alice(), json!({"name": scope}), resource);
        assert_eq!(decided.context.reason, reason, "{scope} {organization}");
        assert_eq!(decided.decision, reason == "allowed");
    }
}

#[test]
fn a_route_is_an_endpoint_by_path_or_template() {
    let ask = |method: &str, path: &str, properties: Value| {
        let resource = json!({"type": "route", "id": path, "properties": properties});
        decide(&alice(), json!({"name": method}), resource)
            .context
            .reason
    };
    let globex = json!({"organization": "globex"});
    for (method, path, reason) in [
        ("GET", "/orders/1?x=y", "allowed"),
        ("HEAD", "/orders/1", "allowed"),
        ("GET", "/orders/{orderId}", "allowed"),
        ("HEAD", "/orders/{orderId}", "allowed"),
        ("POST", "/orders", "no_rule_grants"),
        ("POST", "/orders/{id}", "unknown_resource"),
        ("GET", "/orders/{id}/{more}", "unknown_resource"),
        ("GET", "/orders/{", "unknown_resource"),
        ("get", "/orders", "unknown_resource"),
        ("GET", "/orders/../orders", "unknown_resource"),
        ("GET", "/Orders/1", "unknown_resource"),
        ("GET", "orders", "unknown_resource"),
        ("GET", "/status", "ambiguous_resource"),
    ] {
        assert_eq!(ask(method, path, globex.clone()), reason, "{method} {path}");
    }
    let named = |audience: Value| json!({"organization": "globex", "audience": audience});
    assert_eq!(ask("GET", "/status", named(json!("urn:orders"))), "allowed");
    assert_eq!(
        ask("GET", "/status", named(json!("urn:other"))),
        "no_rule_grants"
    );
    for audience in [json!("urn:nobody"), json!("not an id"), json!(1)] {
        assert_eq!(ask("GET", "/orders", named(audience)), "unknown_resource");
    }
    // At home alice has no role that sees orders.
    assert_eq!(ask("GET", "/orders", json!({})), "no_rule_grants");
}

#[test]
fn what_is_named_and_is_no_organization_is_not_skipped() {
    let read = || json!({"name": "read"});
    for wrong in [json!("not an id"), json!(1), json!(["acme"]), json!("")] {
        let said = json!({"organization": wrong});
        let meaning = meant(&question(read(), record("record-1", said.clone())));
        assert_eq!(meaning.acting, Acting::Nowhere);
        let mut asked = question(read(), record("record-1", json!({})));
        asked.context = map(&said);
        assert_eq!(meant(&asked).acting, Acting::Nowhere);
        let decided = decide(&alice(), read(), record("record-1", said));
        assert_eq!(decided.context.reason, "no_role_in_organization");
    }
    let mut asked = question(read(), record("record-1", json!({"organization": null})));
    asked.context = map(&json!({"organization": "globex"}));
    assert_eq!(meant(&asked).acting, Acting::In(id("globex")));
    asked.context.clear();
    assert_eq!(meant(&asked).acting, Acting::Home);
}

#[test]
fn a_type_of_several_apis_needs_an_audience() {
    let needed = |said: Value| {
        let resource = json!({"type": "both", "id": "x", "properties": said});
        let needed = meant(&question(json!({"name": "read"}), resource)).needed;
        needed.map(|scope| scope.to_string())
    };
    assert_eq!(needed(json!({})), Err(Unknown::Ambiguous));
    assert_eq!(
        needed(json!({"audience": "urn:orders"})).unwrap(),
        "Orders.Read"
    );
    assert_eq!(
        needed(json!({"audience": "urn:other"})),
        Err(Unknown::Resource)
    );
    assert_eq!(needed(json!({"audience": true})), Err(Unknown::Resource));
    // Where it is not needed it is a property like any other.
    let said = record("record-1", json!({"audience": "the public"}));
    assert!(decide(&alice(), json!({"name": "read"}), said).decision);
}

#[test]
fn nobody_and_somebody_disabled_and_somebody_without_a_role_look_alike() {
    let policy = policy();
    let asked = question(
        json!({"name": "Records.v1.Read"}),
        json!({"type": "organization", "id": "initech"}),
    );
    let meaning = meant(&asked);
    let disabled = Subject {
        disabled_at: Some(Timestamp::from_seconds(1)),
        ..alice()
    };
    let told = |who: Option<&Subject>, detail| Decision::make(&policy, &meaning, who, detail);
    let stranger = told(Some(&bob()), Detail::Reason);
    assert_eq!(stranger.context.reason, "no_role_in_organization");
    assert_eq!(told(None, Detail::Reason), stranger);
    assert_eq!(told(Some(&disabled), Detail::Reason), stranger);
    let seen = told(None, Detail::Sentences);
    assert_eq!(seen.context.reason, "unknown_subject");
}

#[test]
fn only_some_callers_are_told_roles_and_rules() {
    let asked = question(json!({"name": "write"}), record("record-1", json!({})));
    let meaning = meant(&asked);
    let told = |detail| {
        let decided = Decision::make(&policy(), &meaning, Some(&bob()), detail);
        serde_json::to_value(decided).unwrap()
    };
    let short = json!({"decision": false, "context": {
        "reason": "no_rule_grants", "scope": "Records.v1.Write", "organization": "acme",
        "policy_version": 4,
    }});
    assert_eq!(told(Detail::Reason), short);
    let mut long = short;
    long["context"]["reason_admin"] = json!({"403":
        "bob holds amender in acme; no rule grants Records.v1.Write to amender; \
         bob may not use Records.v1.Write in acme"});
    assert_eq!(told(Detail::Sentences), long);
}

#[test]
fn a_type_of_subject_means_people_or_machines_or_both() {
    let machine = alice();
    let means = |kind: &str| Kind::of(kind).map(|kind| kind.is(&machine));
    assert_eq!(means("machine"), Some(true));
    assert_eq!(means("user"), Some(false));
    assert_eq!(means("subject"), Some(true));
    assert_eq!(means("spaceship"), None);
}

/// All pages of a search, each as it is.
fn pages(
    who: &Subject,
    request: &Value,
    limit: usize,
    may_ask: &BTreeSet<&str>,
) -> Vec<Vec<String>> {
    let policy = policy();
    let may_ask = |organization: &Id<Organization>| {
        may_ask.is_empty() || may_ask.contains(organization.as_str())
    };
    let asking = Asking {
        policy: &policy,
        subject: who,
        may_ask: &may_ask,
        may_ask_about: &|_| true,
    };
    let mut cursor = Cursor {
        limit,
        after: Vec::new(),
    };
    let mut pages = Vec::new();
    loop {
        let (results, next) = if request.get("action").is_some() {
            let search = ResourceSearch::read(&map(request)).unwrap();
            let found = resources(asking, &search, &cursor);
            (
                found.results.into_iter().map(|own| own.id).collect(),
                found.next,
            )
        } else {
            let search = ActionSearch::read(&map(request)).unwrap();
            let found = actions(asking, &search, &cursor);
            (
                found.results.into_iter().map(|own| own.name).collect(),
                found.next,
            )
        };
        pages.push(results);
        match next {
            Some(after) => cursor.after = after,
            None => return pages,
        }
        assert!(pages.len() < 50, "{pages:?}");
    }
}

fn search(who: &Subject, action: Option<&str>, resource: Value) -> Vec<String> {
    let mut request = json!({"subject": {"type": "user", "id": "x"}, "resource": resource});
    if let Some(action) = action {
        request["action"] = json!({"name": action});
    }
    let whole = pages(who, &request, 100, &BTreeSet::new());
    assert_eq!(whole.len(), 1);
    let one_by_one: Vec<_> = pages(who, &request, 1, &BTreeSet::new()).concat();
    assert_eq!(one_by_one, whole[0], "page by page it is the same");
    whole.concat()
}

#[test]
fn a_resource_search_finds_what_an_evaluation_permits() {
    let sought = |properties: Value| json!({"type": "record", "properties": properties});
    assert_eq!(
        search(&alice(), Some("read"), sought(json!({}))),
        ["record-1", "record-2"]
    );
    assert_eq!(
        search(&alice(), Some("write"), sought(json!({}))),
        ["record-1"]
    );
    assert_eq!(
        search(&bob(), Some("write"), sought(json!({}))),
        ["record-2"]
    );
    // What is said of them picks among what is known.
    let archived = sought(json!({"status": "archived"}));
    assert_eq!(search(&alice(), Some("read"), archived), ["record-2"]);
    let elsewhere = sought(json!({"organization": "globex"}));
    assert!(search(&alice(), Some("read"), elsewhere).is_empty());
    assert!(search(&alice(), Some("shred"), sought(json!({}))).is_empty());
    assert!(search(&alice(), Some("read"), json!({"type": "spaceship"})).is_empty());
    assert!(search(&alice(), Some("read"), json!({"type": "both"})).is_empty());
}

#[test]
fn a_search_for_organizations_finds_where_the_scope_can_be_used() {
    let sought = || json!({"type": "organization"});
    assert_eq!(
        search(&alice(), Some("Records.v1.Write"), sought()),
        ["acme"]
    );
    assert_eq!(search(&alice(), Some("Orders.Read"), sought()), ["globex"]);
    assert!(search(&alice(), Some("openid"), sought()).is_empty());
    let both = subject(
        "c",
        "acme",
        &[("acme", &["editor"]), ("globex", &["editor"])],
    );
    assert_eq!(
        search(&both, Some("Records.v1.Read"), sought()),
        ["acme", "globex"]
    );
}

#[test]
fn a_search_for_endpoints_finds_templates() {
    let sought = |audience: Option<&str>| {
        let properties = json!({"organization": "globex", "audience": audience});
        json!({"type": "route", "properties": properties})
    };
    let all = ["/orders", "/orders/{id}", "/status"];
    assert_eq!(search(&alice(), Some("GET"), sought(None)), all);
    assert_eq!(
        search(&alice(), Some("HEAD"), sought(Some("urn:orders"))),
        all
    );
    assert!(search(&alice(), Some("GET"), sought(Some("urn:other"))).is_empty());
    assert!(search(&alice(), Some("POST"), sought(None)).is_empty());
}

#[test]
fn an_action_search_finds_what_may_be_done() {
    let at = |kind: &str, id: &str, organization: &str| json!({"type": kind, "id": id, "properties": {"organization": organization}});
    assert_eq!(
        search(&alice(), None, at("record", "record-1", "acme")),
        ["read", "write"]
    );
    assert_eq!(
        search(&alice(), None, at("record", "record-2", "acme")),
        ["read"]
    );
    assert_eq!(
        search(&bob(), None, record("record-2", json!({}))),
        ["read", "write"]
    );
    assert_eq!(
        search(&alice(), None, at("route", "/orders/1", "globex")),
        ["GET"]
    );
    assert_eq!(
        search(&alice(), None, at("route", "/orders/{id}", "globex")),
        ["GET"]
    );
    assert_eq!(
        search(&alice(), None, at("organization", "acme", "ignored")),
        ["Records.v1.Hide", "Records.v1.Read", "Records.v1.Write"]
    );
    assert!(search(&alice(), None, at("organization", "unheard-of", "x")).is_empty());
    assert!(search(&alice(), None, at("spaceship", "1", "acme")).is_empty());
}

#[test]
fn a_search_tells_nothing_of_organizations_that_the_caller_may_not_ask_about() {
    let request = json!({
        "subject": {"type": "user", "id": "x"}, "action": {"name": "Records.v1.Read"},
        "resource": {"type": "organization"},
    });
    let both = subject(
        "c",
        "acme",
        &[("acme", &["editor"]), ("globex", &["editor"])],
    );
    let only = BTreeSet::from(["globex"]);
    assert_eq!(pages(&both, &request, 9, &only).concat(), ["globex"]);
    let request = json!({
        "subject": {"type": "user", "id": "x"}, "resource": {"type": "record", "id": "record-1"},
    });
    assert!(pages(&both, &request, 9, &only).concat().is_empty());
}

#[test]
fn a_page_of_no_results_is_not_the_end() {
    let request = json!({
        "subject": {"type": "user", "id": "x"}, "action": {"name": "read"},
        "resource": {"type": "record"},
    });
    let policy = policy();
    let who = alice();
    let asking = Asking {
        policy: &policy,
        subject: &who,
        may_ask: &|_| true,
        may_ask_about: &|_| true,
    };
    let search = ResourceSearch::read(&map(&request)).unwrap();
    let cursor = Cursor {
        limit: 0,
        after: vec!["record-1".into()],
    };
    let found = resources(asking, &search, &cursor);
    assert!(found.results.is_empty());
    assert_eq!(found.next, Some(cursor.after));
}
