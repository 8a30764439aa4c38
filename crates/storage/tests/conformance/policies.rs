//! What decisions stand on, as it is stored.

use std::collections::BTreeMap;

use symbolon_core::{organization::Organization, policy::rule::RuleSet, role::Roles};
use symbolon_storage::{Applied, RoleGrant};

use crate::{
    database::{Database, race},
    sample::{self, NOW, after, api, id, organization, relation, role, rule_set},
};

on_every_back_end! {
    a_grant_ends_to_the_second,
    a_new_installation_has_rules_for_its_own_administrators,
    an_api_is_put_again,
    only_the_next_version_can_be_made,
    relations_of_disabled_organizations_do_not_count,
    rule_sets_are_read_from_the_latest_down,
}

on_shared_back_ends! {
    of_32_next_rule_sets_one_is_made,
}

async fn a_new_installation_has_rules_for_its_own_administrators(database: &Database) {
    let facts = database.policy_facts().await.unwrap();
    assert_eq!(facts.version, 1);
    let mut by_role = BTreeMap::new();
    for rule in facts.rules.iter() {
        *by_role.entry(rule.role.to_string()).or_insert(0) += 1;
    }
    let expected = [
        ("auditor", 14),
        ("organization_admin", 11),
        ("super_admin", 1),
    ];
    assert_eq!(
        by_role,
        expected.map(|(key, count)| (key.to_owned(), count)).into()
    );
    let roles: Vec<_> = facts
        .roles
        .iter()
        .map(|role| role.key.to_string())
        .collect();
    assert_eq!(roles, ["auditor", "organization_admin", "super_admin"]);
    assert!(facts.relations.is_empty() && facts.apis.is_empty());
}

async fn only_the_next_version_can_be_made(database: &Database) {
    let facts = database.policy_facts().await.unwrap();
    for wrong in [0, 1, 3, u64::MAX] {
        let mut next = rule_set(2, &["A.*"]);
        next.version = wrong;
        let made = database.create_rule_set(&next).await.unwrap();
        assert_eq!(made, Applied::Conflict, "{wrong}");
        assert_eq!(database.policy_facts().await.unwrap(), facts);
    }
    let next = rule_set(2, &["A.*", "A.b", "C.d"]);
    let made = database.create_rule_set(&next).await.unwrap();
    assert_eq!(made, Applied::Done);
    let facts = database.policy_facts().await.unwrap();
    assert_eq!((facts.version, &facts.rules), (2, &next.rules));
    assert_eq!(database.rule_set(2).await.unwrap(), Some(next));
    for unknown in [0, 3, u64::MAX] {
        assert_eq!(database.rule_set(unknown).await.unwrap(), None);
    }
}

async fn of_32_next_rule_sets_one_is_made(database: &Database) {
    let instances = database.instances().await;
    let made = race(&instances, 32, |number, instance| async move {
        let next = rule_set(2, &[&format!("A.n{number}")]);
        instance.create_rule_set(&next).await.unwrap()
    });
    let made = made.await;
    let done = made.iter().filter(|applied| **applied == Applied::Done);
    assert_eq!(done.count(), 1);
    assert_eq!(database.policy_facts().await.unwrap().version, 2);
}

async fn rule_sets_are_read_from_the_latest_down(database: &Database) {
    for version in 2..=5 {
        let next = rule_set(version, &[&format!("A.n{version}")]);
        database.create_rule_set(&next).await.unwrap();
    }
    let read = async |before, limit| {
        let page = database.rule_sets_before(before, limit).await.unwrap();
        page.into_iter().map(|set| set.version).collect::<Vec<_>>()
    };
    assert_eq!(read(u64::MAX, 2).await, [5, 4]);
    assert_eq!(read(4, 10).await, [3, 2, 1]);
    assert_eq!(read(1, 10).await, [0; 0]);
    let page = database.rule_sets_before(4, 1).await.unwrap();
    assert_eq!(page, [rule_set(3, &["A.n3"])]);
}

async fn relations_of_disabled_organizations_do_not_count(database: &Database) {
    sample::populate(&**database).await;
    database
        .put_organization(&organization("zeta"), NOW)
        .await
        .unwrap();
    let (one, other) = (relation("acme", "globex"), relation("globex", "zeta"));
    for relation in [&other, &one, &one] {
        database.put_relation(relation, NOW).await.unwrap();
    }
    let both = [one.clone(), other.clone()];
    assert_eq!(database.relations().await.unwrap(), both);
    assert_eq!(database.policy_facts().await.unwrap().relations, both);
    for (closed, left) in [
        ("acme", vec![other.clone()]),
        ("zeta", vec![one.clone()]),
        ("globex", vec![]),
    ] {
        let disabled_at = Some(after(1));
        let shut = Organization {
            disabled_at,
            ..organization(closed)
        };
        database.put_organization(&shut, after(1)).await.unwrap();
        assert_eq!(database.policy_facts().await.unwrap().relations, left);
        assert_eq!(database.relations().await.unwrap(), both);
        database
            .put_organization(&organization(closed), after(2))
            .await
            .unwrap();
    }
    database.delete_relation(&one, after(3)).await.unwrap();
    database.delete_relation(&one, after(3)).await.unwrap();
    assert_eq!(database.policy_facts().await.unwrap().relations, [other]);
}

async fn an_api_is_put_again(database: &Database) {
    let (one, other) = (
        api("urn:one", &["Read", "Write"]),
        api("https://two.example", &[]),
    );
    for api in [&one, &other] {
        database.put_api(api, NOW).await.unwrap();
    }
    assert_eq!(database.apis().await.unwrap(), [other.clone(), one]);
    let changed = api("urn:one", &["Delete"]);
    database.put_api(&changed, after(1)).await.unwrap();
    let facts = database.policy_facts().await.unwrap();
    assert_eq!(facts.apis, [other, changed]);
    assert_ne!(facts.rules, RuleSet::default());
}

async fn a_grant_ends_to_the_second(database: &Database) {
    sample::populate(&**database).await;
    let (alice, acme, globex) = (id("alice"), id("acme"), id("globex"));
    let ending = [(role("admin"), Some(after(20))), (role("viewer"), None)];
    database
        .put_role_grants(&alice, &acme, &ending, NOW)
        .await
        .unwrap();
    let ending = [(role("viewer"), Some(after(30)))];
    database
        .put_role_grants(&alice, &globex, &ending, NOW)
        .await
        .unwrap();
    let both = vec![role("admin"), role("viewer")];
    let viewer = vec![role("viewer")];
    for (second, until, roles) in [
        (
            19,
            Some(20),
            Roles::from([(acme.clone(), both), (globex.clone(), viewer.clone())]),
        ),
        (
            20,
            Some(30),
            Roles::from([
                (acme.clone(), viewer.clone()),
                (globex.clone(), viewer.clone()),
            ]),
        ),
        (30, None, Roles::from([(acme.clone(), viewer.clone())])),
    ] {
        let read = database
            .subject(&alice, after(second))
            .await
            .unwrap()
            .unwrap();
        assert_eq!((read.roles, read.roles_until), (roles, until.map(after)));
    }
    let stored = database
        .role_grants_between("alice", "alice")
        .await
        .unwrap();
    let grant = |organization: &str, key: &str, end: Option<i64>| RoleGrant {
        subject: id("alice"),
        organization: id(organization),
        role: role(key),
        expires_at: end.map(after),
    };
    let expected = [
        grant("acme", "admin", Some(20)),
        grant("acme", "viewer", None),
        grant("globex", "viewer", Some(30)),
    ];
    assert_eq!(stored, expected);
}
