//! Who might be allowed: the grants without which nobody can use a scope in an organization.
//!
//! "Who can do this?" is answered from here, not by asking for every subject in turn. An opening is
//! necessary, not sufficient: another role may deny, so whoever is found through one is still asked
//! about.

use std::collections::BTreeSet;

use crate::{
    id::Id,
    organization::Organization,
    policy::{
        Policy,
        api_scope::ApiScope,
        rule::Effect,
        standing::{Inbound, RoleIndex},
    },
    role::RoleKey,
    subject::Subject,
};

/// A grant that lets in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// Where the role has to be held: the acting organization, or one that manages it.
    pub organization: Id<Organization>,
    /// Which role.
    pub role: RoleKey,
}

impl Policy {
    /// The grants of which one is needed to use the scope in the organization `acting`.
    pub fn openings(&self, acting: &Id<Organization>, needed: &ApiScope) -> BTreeSet<Opening> {
        let matched = self.matching(needed);
        let allows = |role: RoleIndex| {
            let mut entries = self.entries(role, acting, &matched);
            entries.any(|entry| entry.effect == Effect::Allow)
        };
        let direct = self.standing().all_counting(acting);
        let direct = direct
            .filter(|(role, _)| allows(*role))
            .map(|(_, key)| Opening {
                organization: acting.clone(),
                role: key.clone(),
            });
        let related = self.standing().inbound(acting);
        let related = related.filter(|relation| allows(relation.acts_as));
        direct.chain(related.map(Opening::through)).collect()
    }
}

impl Opening {
    /// Whether a subject has this grant now.
    pub fn is_held(&self, subject: &Subject) -> bool {
        let held = subject.roles.get(&self.organization);
        held.is_some_and(|held| held.contains(&self.role))
    }

    fn through(relation: &Inbound) -> Self {
        Self {
            organization: relation.manager.clone(),
            role: relation.held.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::{
        policy::{relation::Relation, rule::RuleSet},
        role::Role,
    };

    fn id<K>(text: &str) -> Id<K> {
        Id::parse(text).unwrap()
    }

    fn policy() -> Policy {
        let rules = r#"[
            {"role":"viewer","pattern":"Invoices.Read","effect":"allow"},
            {"role":"admin","pattern":"Invoices.*","effect":"allow"},
            {"role":"admin","pattern":"Invoices.Delete","effect":"deny"},
            {"role":"auditor","pattern":"Invoices.Read","effect":"deny"},
            {"role":"local","pattern":"Invoices.Read","effect":"allow","organization":"globex"}
        ]"#;
        let rules: RuleSet = serde_json::from_str(rules).unwrap();
        let role = |(key, only): (&str, Option<&str>)| Role {
            key: RoleKey::parse(key).unwrap(),
            name: key.into(),
            organization: only.map(id),
        };
        let roles = [
            ("admin", None),
            ("auditor", None),
            ("local", None),
            ("viewer", None),
        ];
        let relation = |held: &str, acts_as: &str| Relation {
            manager: id("acme"),
            held: RoleKey::parse(held).unwrap(),
            managed: id("globex"),
            acts_as: RoleKey::parse(acts_as).unwrap(),
        };
        let relations = [relation("admin", "viewer"), relation("viewer", "auditor")];
        Policy::compile(1, rules, &relations, &roles.map(role), []).unwrap()
    }

    fn openings(acting: &str, needed: &str) -> Vec<String> {
        let found = policy().openings(&id(acting), &ApiScope::parse(needed).unwrap());
        let text = |own: Opening| format!("{}/{}", own.organization, own.role);
        found.into_iter().map(text).collect()
    }

    #[test]
    fn an_opening_is_a_grant_that_allows_directly_or_through_a_relation() {
        assert_eq!(
            openings("acme", "Invoices.Read"),
            ["acme/admin", "acme/viewer"]
        );
        assert_eq!(
            openings("globex", "Invoices.Read"),
            [
                "acme/admin",
                "globex/admin",
                "globex/local",
                "globex/viewer"
            ]
        );
        assert!(openings("acme", "Orders.Read").is_empty());
    }

    #[test]
    fn a_role_that_some_rule_allows_opens_although_another_denies() {
        assert_eq!(openings("acme", "Invoices.Delete"), ["acme/admin"]);
    }
}
