#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use symbolon_core::{
    policy::{api::Api, own, relation::Relation},
    role::Role,
    subject::{Subject, SubjectKind},
    time::Timestamp,
    token::limits::TokenLimits,
};

use super::*;

const RULES: &str = r#"[
    {"role":"super_admin","pattern":"Symbolon.*","effect":"allow"},
    {"role":"org_admin","pattern":"Symbolon.Admin.v1.Users.*","effect":"allow"},
    {"role":"org_admin","pattern":"Symbolon.Admin.v1.Grants.*","effect":"allow"},
    {"role":"viewer","pattern":"Invoices.Read","effect":"allow"},
    {"role":"editor","pattern":"Invoices.*","effect":"allow"},
    {"role":"manager","pattern":"Invoices.Read","effect":"allow"},
    {"role":"suspended","pattern":"Invoices.*","effect":"deny"}
]"#;

fn id<K>(text: &str) -> Id<K> {
    Id::parse(text).unwrap()
}

fn key(text: &str) -> RoleKey {
    RoleKey::parse(text).unwrap()
}

fn rules(text: &str) -> RuleSet {
    serde_json::from_str(text).unwrap()
}

/// Managers of acme act as editors in globex.
fn policy() -> Policy {
    let names = [
        "super_admin",
        "org_admin",
        "viewer",
        "editor",
        "manager",
        "suspended",
    ];
    let roles = names.map(|name| Role {
        key: key(name),
        name: name.into(),
        organization: None,
    });
    let relation = Relation {
        manager: id("acme"),
        held: key("manager"),
        managed: id("globex"),
        acts_as: key("editor"),
    };
    let api = r#"{"audience":"invoices","name":"Invoices","scopes":[
        {"scope":"Invoices.Read"},{"scope":"Invoices.Write"}]}"#;
    let api: Api = serde_json::from_str(api).unwrap();
    let apis = [api, own::api().unwrap()];
    Policy::compile(1, rules(RULES), &[relation], &roles, apis).unwrap()
}

fn roles(held: &[(&str, &str)]) -> Roles {
    let mut roles = Roles::new();
    for (organization, role) in held {
        roles.entry(id(organization)).or_default().push(key(role));
    }
    roles
}

fn guard(held: &[(&str, &str)], token: Token) -> Guard {
    let subject = Subject {
        id: id("somebody"),
        organization: id("acme"),
        organization_name: "Acme".into(),
        kind: SubjectKind::Machine { name: "x".into() },
        disabled_at: None,
        roles: roles(held),
        roles_until: None,
    };
    Guard {
        caller: Caller {
            subject: Arc::new(subject),
            policy: Arc::new(policy()),
            token,
        },
        system: Some(id("system")),
    }
}

fn access(scope: &str) -> Token {
    Token::Access {
        scope: Scope::parse(scope).unwrap(),
        limits: TokenLimits::default(),
        client: id("console"),
        authenticated_at: Some(Timestamp::from_seconds(0)),
        exchanged: false,
    }
}

fn personal(limits: personal::Limits) -> Token {
    Token::Personal {
        id: id("token"),
        limits,
    }
}

fn unlimited(held: &[(&str, &str)]) -> Guard {
    guard(held, personal(personal::Limits::default()))
}

#[test]
fn a_role_counts_where_it_is_held_and_everywhere_in_the_system_organization() {
    let here = unlimited(&[("globex", "org_admin")]);
    let (globex, acme) = (id("globex"), id("acme"));
    assert!(here.may(Some(&globex), Needed::UsersWrite));
    assert!(!here.may(Some(&acme), Needed::UsersWrite));
    assert!(!here.may(None, Needed::UsersWrite));
    assert_eq!(
        here.places(Needed::UsersWrite),
        Places::In([globex.clone()].into())
    );
    let everywhere = unlimited(&[("system", "org_admin")]);
    assert!(everywhere.may(Some(&globex), Needed::UsersWrite));
    assert!(everywhere.may(None, Needed::UsersWrite));
    assert_eq!(everywhere.places(Needed::UsersWrite), Places::Everywhere);
    assert!(!everywhere.places(Needed::KeysRead).any());
    let nowhere = Guard {
        system: None,
        ..everywhere
    };
    assert!(!nowhere.may(Some(&globex), Needed::UsersWrite));
}

#[test]
fn an_access_token_has_to_name_the_scope_and_a_personal_one_only_if_it_names_any() {
    let held = [("system", "super_admin")];
    let globex = id("globex");
    for (token, names, may) in [
        (access("openid"), false, false),
        (access("openid Symbolon.Admin.v1.Users.Read"), true, true),
        (access("Symbolon.Admin.v1.Users.Write"), false, false),
        (access("Invoices.Read"), false, false),
        (personal(personal::Limits::default()), true, true),
    ] {
        let guard = guard(&held, token);
        assert_eq!(guard.names(Needed::UsersRead), names);
        assert_eq!(guard.may(Some(&globex), Needed::UsersRead), may);
    }
    let named = personal::Limits {
        scope: Scope::parse("Symbolon.Admin.v1.Users.Read").unwrap(),
        ..personal::Limits::default()
    };
    let limited = guard(&held, personal(named));
    assert!(limited.may(Some(&globex), Needed::UsersRead));
    assert!(!limited.may(Some(&globex), Needed::UsersWrite));
}

#[test]
fn a_token_that_is_limited_to_organizations_or_roles_is_good_for_these() {
    let held = [("system", "super_admin"), ("globex", "org_admin")];
    let only = |organizations: Option<&str>, roles: Option<&str>| {
        let limits = personal::Limits {
            organizations: organizations.map(|own| vec![id(own)]),
            roles: roles.map(|own| vec![key(own)]),
            ..personal::Limits::default()
        };
        guard(&held, personal(limits))
    };
    let (globex, acme) = (id("globex"), id("acme"));
    let here = only(Some("globex"), None);
    assert!(here.may(Some(&globex), Needed::UsersWrite));
    assert!(!here.may(Some(&acme), Needed::UsersWrite));
    let less = only(None, Some("org_admin"));
    assert!(!less.may(Some(&acme), Needed::UsersWrite));
    // And gives no more than it may do.
    assert!(less.holds_role_in(&globex, &key("super_admin")).is_err());
}

#[test]
fn a7_2_a_role_is_given_by_who_holds_all_that_it_opens_there() {
    let globex = id("globex");
    let gives = |held: &[(&str, &str)], role: &str| {
        let outcome = unlimited(held).holds_role_in(&globex, &key(role));
        outcome.is_ok()
    };
    let admin = [("globex", "org_admin"), ("globex", "viewer")];
    assert!(gives(&admin, "org_admin"));
    assert!(gives(&admin, "viewer"));
    assert!(gives(&admin, "suspended"));
    assert!(!gives(&admin, "editor"));
    assert!(!gives(&admin, "super_admin"));
    // What he holds elsewhere does not count.
    assert!(!gives(&[("acme", "editor")], "viewer"));
    // Who may write the rules says what scopes of other APIs mean, but holds Symbolon's or does not.
    assert!(gives(&[("system", "super_admin")], "editor"));
    assert!(!gives(&[("globex", "super_admin")], "editor"));
}

#[test]
fn a7_2_a_role_that_opens_a_relation_opens_what_that_gives() {
    let acme = id("acme");
    let held = [("acme", "manager")];
    // In globex its managers are editors, and so is he.
    assert!(
        unlimited(&held)
            .holds_role_in(&acme, &key("manager"))
            .is_ok()
    );
    let viewer = [("acme", "viewer")];
    let error = unlimited(&viewer)
        .holds_role_in(&acme, &key("manager"))
        .unwrap_err();
    assert!(
        format!("{error:?}").contains("Invoices.Write in globex"),
        "{error:?}"
    );
}

#[test]
fn a7_2_a_token_for_a_machine_is_bounded_by_its_limits() {
    let admin = unlimited(&[("globex", "viewer")]);
    let owner = roles(&[("globex", "editor")]);
    assert!(
        admin
            .holds_token(&owner, &personal::Limits::default())
            .is_err()
    );
    let limits = personal::Limits {
        scope: Scope::parse("Invoices.Read").unwrap(),
        ..personal::Limits::default()
    };
    assert!(admin.holds_token(&owner, &limits).is_ok());
}

#[test]
fn a7_2_a_change_of_rules_gives_what_it_allows_and_what_it_no_longer_denies() {
    let before = rules(RULES);
    let changed = |change: &dyn Fn(&mut Vec<Rule>)| {
        let mut all: Vec<Rule> = before.iter().cloned().collect();
        change(&mut all);
        RuleSet::new(all).unwrap()
    };
    let rule = |text: &str| -> Rule { serde_json::from_str(text).unwrap() };
    let own = rule(r#"{"role":"viewer","pattern":"Symbolon.Admin.v1.Keys.Read","effect":"allow"}"#);
    let others = rule(r#"{"role":"viewer","pattern":"Invoices.Write","effect":"allow"}"#);
    let with_own = changed(&|all| all.push(own.clone()));
    let with_others = changed(&|all| all.push(others.clone()));
    let without_deny = changed(&|all| all.retain(|rule| rule.effect == Effect::Allow));
    let less = changed(&|all| all.retain(|rule| rule.role != key("super_admin")));

    let root = unlimited(&[("system", "super_admin")]);
    let nobody = unlimited(&[("globex", "org_admin")]);
    for after in [&with_own, &with_others, &without_deny, &less] {
        assert!(root.holds_change(&before, after).is_ok());
    }
    for after in [&with_own, &with_others, &without_deny] {
        assert!(nobody.holds_change(&before, after).is_err());
    }
    assert!(nobody.holds_change(&before, &less).is_ok());
    assert!(
        nobody
            .holds_denied(&key("suspended"), Some(&id("globex")))
            .is_err()
    );
    assert!(
        nobody
            .holds_denied(&key("viewer"), Some(&id("globex")))
            .is_ok()
    );
}
