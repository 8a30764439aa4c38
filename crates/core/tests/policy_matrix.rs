//! Who may do what under an example policy, as one table: roles beside scopes.
//!
//! The table is `golden/policy_matrix.txt`. Whoever changes the rules of deciding sees there what
//! that does to people; `SYMBOLON_TEST_UPDATE=1` writes it anew.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, fmt::Write, fs, path::Path};

use symbolon_core::{
    id::Id,
    organization::Organization,
    policy::{
        Policy, Question,
        api::Api,
        api_scope::ApiScope,
        decide,
        decision::{Limits, Reason},
        relation::Relation,
        rule::RuleSet,
    },
    role::{Role, RoleKey, Roles},
    scope::Scope,
};

const API: &str = include_str!("golden/policy_example_api.json");
const RULES: &str = include_str!("golden/policy_example_rules.json");
const ROLES: &str = include_str!("golden/policy_example_roles.json");
const RELATIONS: &str = include_str!("golden/policy_example_relations.json");

/// The platform manages the business; of the business a robot is private.
const ORGANIZATIONS: [&str; 2] = ["business", "platform"];

struct Example {
    policy: Policy,
    rules: RuleSet,
    roles: Vec<Role>,
    scopes: Vec<ApiScope>,
}

fn example() -> Example {
    let rules: RuleSet = serde_json::from_str(RULES).unwrap();
    let roles: Vec<Role> = serde_json::from_str(ROLES).unwrap();
    let relations: Vec<Relation> = serde_json::from_str(RELATIONS).unwrap();
    let api: Api = serde_json::from_str(API).unwrap();
    let scopes = api.scopes().iter().map(|own| own.scope.clone()).collect();
    let policy = Policy::compile(1, rules.clone(), &relations, &roles, [api]).unwrap();
    Example {
        policy,
        rules,
        roles,
        scopes,
    }
}

impl Example {
    /// What somebody may do in `acting` who was granted one role in `home`.
    fn cell(&self, home: &str, role: &RoleKey, acting: &str, needed: &ApiScope) -> &'static str {
        let granted = Roles::from([(Id::parse(home).unwrap(), vec![role.clone()])]);
        let acting: Id<Organization> = Id::parse(acting).unwrap();
        let question = Question {
            acting: &acting,
            granted: &granted,
            needed,
            token_scope: &Scope::parse("openid").unwrap(),
            limits: Limits::default(),
        };
        match decide(&self.policy, &question).reason {
            Reason::Allowed => "yes",
            Reason::DeniedByRule => "DENY",
            Reason::NoRuleGrants => "-",
            Reason::NoRoleInOrganization => ".",
            Reason::OrganizationNotInToken | Reason::ScopeNotInToken => {
                panic!("the token limits nothing")
            }
        }
    }

    fn table(&self) -> String {
        let mut text = String::from(
            "# yes: allowed   DENY: a rule denies   -: no rule grants   .: counts as nothing there\n",
        );
        for acting in ORGANIZATIONS {
            for home in ORGANIZATIONS {
                write!(text, "\ngranted in {home}, acting in {acting}\n{:42}", "").unwrap();
                for role in &self.roles {
                    write!(text, "{:>12}", role.key.as_str()).unwrap();
                }
                text.push('\n');
                for scope in &self.scopes {
                    write!(text, "{:42}", scope.as_str()).unwrap();
                    for role in &self.roles {
                        let cell = self.cell(home, &role.key, acting, scope);
                        write!(text, "{cell:>12}").unwrap();
                    }
                    text.push('\n');
                }
            }
        }
        text
    }
}

#[test]
fn the_matrix_of_roles_and_scopes_is_the_golden_one() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/policy_matrix.txt");
    let wanted = example().table();
    let found = fs::read_to_string(&path).unwrap_or_default();
    if found == wanted {
        return;
    }
    #[expect(
        clippy::disallowed_methods,
        reason = "the switch that rewrites the golden file"
    )]
    let update = std::env::var_os("SYMBOLON_TEST_UPDATE").is_some_and(|value| value == "1");
    assert!(
        update,
        "tests/golden/policy_matrix.txt is stale. See whether everybody may do what they should, \
         and run the test once with SYMBOLON_TEST_UPDATE=1:\n{wanted}"
    );
    fs::write(&path, wanted).unwrap();
}

#[test]
fn every_role_has_a_column_and_every_scope_a_row() {
    let example = example();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/policy_matrix.txt");
    let golden = fs::read_to_string(path).unwrap();
    let sections: Vec<_> = golden.split("\n\n").skip(1).collect();
    assert_eq!(sections.len(), ORGANIZATIONS.len() * ORGANIZATIONS.len());
    let roles: BTreeSet<_> = example.roles.iter().map(|role| role.key.as_str()).collect();
    let scopes: BTreeSet<_> = example.scopes.iter().map(ApiScope::as_str).collect();
    for section in sections {
        let mut lines = section.lines().skip(1);
        let columns: BTreeSet<_> = lines.next().unwrap().split_whitespace().collect();
        let rows: BTreeSet<_> = lines
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        assert_eq!(columns, roles, "{section}");
        assert_eq!(rows, scopes, "{section}");
    }
}

/// What is never granted, never needed or about nobody would make the table say less than it seems.
#[test]
fn the_example_has_no_loose_ends() {
    let example = example();
    for rule in example.rules.iter() {
        let about = example.roles.iter().any(|role| role.key == rule.role);
        assert!(about, "{rule} is about a role that is not defined");
        let matches = example.scopes.iter().any(|own| rule.pattern.matches(own));
        assert!(matches, "{rule} matches no scope");
    }
    let apis: Vec<_> = example.policy.apis().collect();
    for scope in &example.scopes {
        let needed = apis.iter().flat_map(|api| api.endpoints());
        assert!(
            needed.clone().any(|endpoint| endpoint.scope == *scope),
            "no endpoint needs {scope}"
        );
    }
    let table = example.table();
    for cell in ["yes", "DENY", " -", " ."] {
        assert!(table.contains(cell), "the table has no {cell}");
    }
}
