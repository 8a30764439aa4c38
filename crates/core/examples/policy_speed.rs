//! How many decisions one core makes in a second, with 1,000 rules, 200 roles, 500 endpoints and
//! 10,000 organizations that another one manages.
//!
//! ```text
//! cargo run --release --package symbolon-core --example policy_speed
//! ```
//!
//! Callers, organizations, roles and endpoints change from question to question. Most have a few
//! roles in one or two organizations; every tenth acts through a relation.
#![expect(
    clippy::disallowed_methods,
    reason = "what is measured here is real time"
)]
#![expect(clippy::print_stdout, reason = "figures are what this program is for")]
#![expect(clippy::unwrap_used, reason = "the input is made here")]

use std::{hint::black_box, time::Instant};

use symbolon_core::{
    id::Id,
    organization::Organization,
    policy::{
        Policy, Question,
        api::{Api, Endpoint, ScopeDefinition},
        api_scope::ApiScope,
        decide,
        decision::Limits,
        path::RequestPath,
        pattern::ScopePattern,
        relation::Relation,
        rule::{Effect, Rule, RuleSet},
        template::{Method, PathTemplate},
    },
    role::{Role, RoleKey, Roles},
    scope::Scope,
};

const RULES: usize = 1_000;
const ROLES: usize = 200;
const ENDPOINTS: usize = 500;
const ORGANIZATIONS: usize = 10_000;
const CALLS: usize = 10_000;
const VERBS: [&str; 5] = ["Read", "Create", "Update", "Delete", "Export"];
const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];

/// Something that a caller does.
struct Call {
    acting: Id<Organization>,
    granted: Roles,
    token_scope: Scope,
    method: &'static str,
    target: String,
}

fn main() {
    let policy = policy();
    let api = policy.apis().next().unwrap();
    let calls: Vec<_> = (0..CALLS).map(call).collect();
    let find = |call: &Call| {
        let path = RequestPath::parse(&call.target).unwrap();
        let found = policy.endpoint(Some(api.audience()), call.method, path);
        &found.unwrap().endpoint.scope
    };
    let found: Vec<_> = calls.iter().map(find).collect();
    let allowed = calls.iter().zip(&found);
    let allowed = allowed.filter(|(call, needed)| policy.allows(&question(call, needed)));
    println!("{:>12} of {CALLS} calls are allowed", allowed.count());

    measure("endpoint, allow or deny", |index| {
        let call = &calls[index];
        policy.allows(&question(call, find(call)))
    });
    measure("allow or deny", |index| {
        policy.allows(&question(&calls[index], found[index]))
    });
    measure("the verdict with its reason", |index| {
        decide(&policy, &question(&calls[index], found[index])).allow
    });
}

fn question<'a>(call: &'a Call, needed: &'a ApiScope) -> Question<'a> {
    Question {
        acting: &call.acting,
        granted: &call.granted,
        needed,
        token_scope: &call.token_scope,
        limits: Limits::default(),
    }
}

fn measure(what: &str, decision: impl Fn(usize) -> bool) {
    let rounds = |count: usize| {
        let start = Instant::now();
        for index in 0..count {
            black_box(decision(index % CALLS));
        }
        start.elapsed()
    };
    rounds(CALLS);
    let count = 200 * CALLS;
    let rate = count as f64 / rounds(count).as_secs_f64();
    println!("{rate:>12.0} decisions a second: {what}");
}

fn policy() -> Policy {
    let rules = (0..RULES).map(|index| {
        let exact = scope(index * 7 % ENDPOINTS);
        let below = exact.as_str().rsplit_once('.').unwrap().0;
        let pattern = match index % 4 {
            0 => ScopePattern::parse(&format!("{below}.*")).unwrap(),
            _ => ScopePattern::from(&exact),
        };
        Rule {
            role: role(index % ROLES),
            pattern,
            effect: if index % 10 == 9 {
                Effect::Deny
            } else {
                Effect::Allow
            },
            organization: (index % 20 == 1).then(|| organization(index)),
        }
    });
    let relations: Vec<_> = (0..ORGANIZATIONS)
        .map(|index| Relation {
            manager: Id::parse("platform").unwrap(),
            held: role(index % 10),
            managed: organization(index),
            acts_as: role(index % ROLES),
        })
        .collect();
    let roles: Vec<_> = (0..ROLES)
        .map(|index| Role {
            key: role(index),
            name: format!("Role {index}"),
            organization: None,
        })
        .collect();
    let rules = RuleSet::new(rules).unwrap();
    Policy::compile(1, rules, &relations, &roles, [api()]).unwrap()
}

fn api() -> Api {
    let scopes = (0..ENDPOINTS).map(|index| ScopeDefinition {
        scope: scope(index),
        description: String::new(),
    });
    let endpoints = (0..ENDPOINTS).map(|index| Endpoint {
        method: Method::parse(METHODS[index % METHODS.len()]).unwrap(),
        template: PathTemplate::parse(&format!("/api/v1/things{}/{{id}}/parts", index / 5))
            .unwrap(),
        scope: scope(index),
    });
    let audience = Id::parse("https://api.example").unwrap();
    Api::new(
        audience,
        "Things".into(),
        scopes.collect(),
        endpoints.collect(),
    )
    .unwrap()
}

fn call(index: usize) -> Call {
    let home = organization(index * 31 % ORGANIZATIONS);
    let endpoint = index * 13 % ENDPOINTS;
    // The rules for an endpoint are about these roles, among others.
    let mut roles = vec![role(endpoint * 143 % RULES % ROLES), role(index % ROLES)];
    roles.extend(index.is_multiple_of(3).then(|| role(index * 17 % ROLES)));
    let mut granted = Roles::from([(home.clone(), roles)]);
    let mut acting = home;
    if index.is_multiple_of(10) {
        granted.insert(Id::parse("platform").unwrap(), vec![role(index % 10)]);
        acting = organization(index * 37 % ORGANIZATIONS);
    }
    let token_scope = match index % 2 {
        0 => "openid profile email".to_owned(),
        _ => format!("openid {} {}", scope(endpoint), scope(index % ENDPOINTS)),
    };
    Call {
        acting,
        granted,
        token_scope: Scope::parse(&token_scope).unwrap(),
        method: METHODS[endpoint % METHODS.len()],
        target: format!("/api/v1/things{}/{index}/parts?page=2", endpoint / 5),
    }
}

fn role(index: usize) -> RoleKey {
    RoleKey::parse(&format!("role-{index}")).unwrap()
}

/// As long as a real one, and alike in front.
fn organization(index: usize) -> Id<Organization> {
    Id::parse(&format!("018f3a52-7c1e-7e30-9a4b-{index:012}")).unwrap()
}

fn scope(index: usize) -> ApiScope {
    let verb = VERBS[index % VERBS.len()];
    ApiScope::parse(&format!("Example.Simple.Things{}.v1.{verb}", index / 5)).unwrap()
}
