//! The answer to "may this be called?", with its reason.
//!
//! In this order, and the first that applies is the reason:
//!
//! 1. a token that is limited to some organizations is good for no other;
//! 2. whoever counts as nothing in the acting organization gets nothing. An organization that does
//!    not exist and one in which the caller has no role give the same verdict;
//! 3. a rule that denies wins;
//! 4. without a rule that allows, nothing is allowed;
//! 5. a token that names scopes of APIs is good for these alone. This comes last, so that a caller
//!    who is told that the scope is missing from the token can get it by asking for it.
//!
//! [`Policy::allows`] answers the same, without the reason.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    id::Id,
    organization::Organization,
    policy::{
        Policy,
        api_scope::{self, ApiScope},
        rule::{Effect, Rule},
        standing::{Held, roles_in},
    },
    role::{RoleKey, Roles},
    scope::Scope,
};

/// What is asked. Everything in it was proven before: that the token is live and for this API, and
/// that subject, client and organization are active.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The organization the caller wants to act in.
    pub acting: &'a Id<Organization>,
    /// All roles that the subject was granted and that have not expired, in active organizations.
    /// Not reduced by `limits`: a role in the managing organization opens a relation also for a
    /// token that is good for the managed one alone.
    pub granted: &'a Roles,
    /// The scope that the endpoint needs.
    pub needed: &'a ApiScope,
    /// The scope of the token.
    pub token_scope: &'a Scope,
    /// What the token is limited to beyond its scope.
    pub limits: Limits<'a>,
}

/// What a personal access token may do of what its owner can (requirement A7.5). The default limits
/// nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits<'a> {
    /// The organizations it may act in; `None`: in all.
    pub organizations: Option<&'a [Id<Organization>]>,
    /// The roles that may be used, whether granted or through a relation; `None`: all. What a rule
    /// denies to any other role of the subject stays denied: leaving a role out of a token must not
    /// make it good for more.
    pub roles: Option<&'a [RoleKey]>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Yes or no. Yes exactly when the reason is [`Reason::Allowed`].
    pub allow: bool,
    /// Why.
    pub reason: Reason,
    /// The acting organization, as asked.
    pub acting: Id<Organization>,
    /// The needed scope, as asked.
    pub needed: ApiScope,
    /// The roles that the token may use there, each with every way in which it came about.
    pub roles: Vec<Held>,
    /// The rules that decided: all that deny, else all that allow. With
    /// [`Reason::ScopeNotInToken`] those that would have allowed.
    pub rules: Vec<Rule>,
    /// The version of the policy that answered.
    pub version: u64,
}

/// Why the answer is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A rule allows, and none denies.
    Allowed,
    /// A rule denies.
    DeniedByRule,
    /// The caller has no role there that counts.
    NoRoleInOrganization,
    /// No rule about the caller's roles allows the scope.
    NoRuleGrants,
    /// The token is limited to other organizations.
    OrganizationNotInToken,
    /// The roles allow it, but the token names scopes of APIs, and not this one.
    ScopeNotInToken,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::Allowed,
        Self::DeniedByRule,
        Self::NoRoleInOrganization,
        Self::NoRuleGrants,
        Self::OrganizationNotInToken,
        Self::ScopeNotInToken,
    ];

    /// The reason as logs, metrics and documents call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::DeniedByRule => "denied_by_rule",
            Self::NoRoleInOrganization => "no_role_in_organization",
            Self::NoRuleGrants => "no_rule_grants",
            Self::OrganizationNotInToken => "organization_not_in_token",
            Self::ScopeNotInToken => "scope_not_in_token",
        }
    }
}

/// The rule.
pub fn decide(policy: &Policy, question: &Question<'_>) -> Verdict {
    let verdict = |reason, roles, rules| Verdict {
        allow: reason == Reason::Allowed,
        reason,
        acting: question.acting.clone(),
        needed: question.needed.clone(),
        roles,
        rules,
        version: policy.version(),
    };
    if !question.is_for_acting_organization() {
        return verdict(Reason::OrganizationNotInToken, Vec::new(), Vec::new());
    }
    let mut held = roles_in(question.acting, question.granted, policy.standing());
    if let Some(only) = question.limits.roles {
        held.retain(|held| only.contains(&held.role));
    }
    if held.is_empty() {
        return verdict(Reason::NoRoleInOrganization, held, Vec::new());
    }
    let matched = policy.matching(question.needed);
    let (mut allowing, mut denying) = (BTreeSet::new(), BTreeSet::new());
    for (role, in_use) in policy.counted(question) {
        for entry in policy.entries(role, question.acting, &matched) {
            match entry.effect {
                Effect::Allow if in_use.0 => drop(allowing.insert(entry.rule)),
                Effect::Allow => {}
                Effect::Deny => drop(denying.insert(entry.rule)),
            }
        }
    }
    let rules = |places: BTreeSet<usize>| -> Vec<Rule> {
        let rules = places
            .into_iter()
            .filter_map(|place| policy.rules().at(place));
        rules.cloned().collect()
    };
    let (reason, decided) = if !denying.is_empty() {
        (Reason::DeniedByRule, denying)
    } else if allowing.is_empty() {
        (Reason::NoRuleGrants, allowing)
    } else if !question.is_for_needed_scope() {
        (Reason::ScopeNotInToken, allowing)
    } else {
        (Reason::Allowed, allowing)
    };
    verdict(reason, held, rules(decided))
}

impl Question<'_> {
    /// Whether the token may be used in the acting organization.
    pub(super) fn is_for_acting_organization(&self) -> bool {
        let only = self.limits.organizations;
        only.is_none_or(|only| only.contains(self.acting))
    }

    /// Whether the token may be used for the needed scope.
    pub(super) fn is_for_needed_scope(&self) -> bool {
        self.token_scope.contains(self.needed.as_str()) || !api_scope::limits(self.token_scope)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::policy::{relation::Relation, rule::RuleSet};
    use crate::role::Role;

    fn id<K>(text: &str) -> Id<K> {
        Id::parse(text).unwrap()
    }

    fn key(text: &str) -> RoleKey {
        RoleKey::parse(text).unwrap()
    }

    /// Viewers read, admins do all but delete and, in globex, write; auditors must not read; who is
    /// admin of acme is viewer in globex.
    fn policy() -> Policy {
        let rules = r#"[
            {"role":"viewer","pattern":"Invoices.Read","effect":"allow"},
            {"role":"admin","pattern":"Invoices.*","effect":"allow"},
            {"role":"admin","pattern":"Invoices.Delete","effect":"deny"},
            {"role":"admin","pattern":"Invoices.Write","effect":"deny","organization":"globex"},
            {"role":"auditor","pattern":"Invoices.Read","effect":"deny"}
        ]"#;
        let rules: RuleSet = serde_json::from_str(rules).unwrap();
        let role = |name: &str| Role {
            key: key(name),
            name: name.into(),
            organization: None,
        };
        let relation = Relation {
            manager: id("acme"),
            held: key("admin"),
            managed: id("globex"),
            acts_as: key("viewer"),
        };
        let roles = ["admin", "auditor", "viewer"].map(role);
        Policy::compile(7, rules, &[relation], &roles, []).unwrap()
    }

    fn ask(acting: &str, roles: &[(&str, &str)], needed: &str, token: &str) -> Verdict {
        ask_limited(acting, roles, needed, token, Limits::default())
    }

    fn ask_limited(
        acting: &str,
        roles: &[(&str, &str)],
        needed: &str,
        token: &str,
        limits: Limits<'_>,
    ) -> Verdict {
        let mut granted = Roles::new();
        for (organization, role) in roles {
            granted.entry(id(organization)).or_default().push(key(role));
        }
        let policy = policy();
        let question = Question {
            acting: &id(acting),
            granted: &granted,
            needed: &ApiScope::parse(needed).unwrap(),
            token_scope: &Scope::parse(token).unwrap(),
            limits,
        };
        let verdict = decide(&policy, &question);
        assert_eq!(policy.allows(&question), verdict.allow);
        verdict
    }

    fn rules(verdict: &Verdict) -> Vec<String> {
        verdict.rules.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_rule_that_denies_wins() {
        let verdict = ask("acme", &[("acme", "admin")], "Invoices.Delete", "openid");
        assert_eq!(verdict.reason, Reason::DeniedByRule);
        assert_eq!(rules(&verdict), ["deny admin -> Invoices.Delete"]);
        // Another role that allows does not help.
        let roles = [("globex", "admin"), ("globex", "viewer")];
        let verdict = ask("globex", &roles, "Invoices.Write", "openid");
        assert_eq!(rules(&verdict), ["deny admin -> Invoices.Write in globex"]);
    }

    #[test]
    fn nothing_granted_means_no() {
        let verdict = ask("acme", &[("acme", "viewer")], "Invoices.Write", "openid");
        assert_eq!(
            (verdict.allow, verdict.reason),
            (false, Reason::NoRuleGrants)
        );
        assert_eq!(verdict.roles.len(), 1);
    }

    #[test]
    fn a_rule_for_one_organization_holds_in_no_other() {
        let verdict = ask("acme", &[("acme", "admin")], "Invoices.Write", "openid");
        assert_eq!((verdict.allow, verdict.reason), (true, Reason::Allowed));
        assert_eq!(rules(&verdict), ["allow admin -> Invoices.*"]);
    }

    #[test]
    fn an_unknown_organization_and_one_without_roles_give_the_same_verdict() {
        let asked = |acting: &str| {
            let mut verdict = ask(acting, &[("globex", "admin")], "Invoices.Read", "openid");
            assert_eq!(verdict.acting, id(acting));
            verdict.acting = id("any");
            verdict
        };
        assert_eq!(asked("acme"), asked("no-such-organization"));
        assert_eq!(asked("acme").reason, Reason::NoRoleInOrganization);
    }

    #[test]
    fn a_token_that_names_api_scopes_is_good_for_these_alone() {
        for (token, expected) in [
            ("openid", Reason::Allowed),
            ("openid profile offline_access", Reason::Allowed),
            ("openid Invoices.Read", Reason::Allowed),
            ("Invoices.Write", Reason::ScopeNotInToken),
            // A token names scopes, not patterns.
            ("Invoices.*", Reason::ScopeNotInToken),
            ("*", Reason::ScopeNotInToken),
            ("invoices.read", Reason::ScopeNotInToken),
        ] {
            let verdict = ask("acme", &[("acme", "viewer")], "Invoices.Read", token);
            assert_eq!(verdict.reason, expected, "{token}");
        }
        // Asking for it would not help: no scope is missing.
        let verdict = ask(
            "acme",
            &[("acme", "viewer")],
            "Invoices.Write",
            "Invoices.Read",
        );
        assert_eq!(verdict.reason, Reason::NoRuleGrants);
    }

    #[test]
    fn a7_5_a_token_limited_to_organizations_is_good_for_no_other() {
        let (acme, globex) = ([id("acme")], [id("globex")]);
        let reason = |acting: &str, only: &[Id<Organization>]| {
            let limits = Limits {
                organizations: Some(only),
                ..Limits::default()
            };
            ask_limited(
                acting,
                &[("acme", "admin")],
                "Invoices.Read",
                "openid",
                limits,
            )
            .reason
        };
        assert_eq!(reason("acme", &acme), Reason::Allowed);
        assert_eq!(reason("globex", &globex), Reason::Allowed);
        // Not through a relation either, and whether or not it exists.
        assert_eq!(reason("globex", &acme), Reason::OrganizationNotInToken);
        assert_eq!(reason("acme", &globex), Reason::OrganizationNotInToken);
        assert_eq!(reason("no-such", &acme), Reason::OrganizationNotInToken);
    }

    #[test]
    fn a7_5_a_token_limited_to_roles_counts_as_nothing_else() {
        let (admin, viewer) = ([key("admin")], [key("viewer")]);
        let reason = |acting: &str, only: &[RoleKey]| {
            let limits = Limits {
                roles: Some(only),
                ..Limits::default()
            };
            ask_limited(
                acting,
                &[("acme", "admin")],
                "Invoices.Read",
                "openid",
                limits,
            )
            .reason
        };
        assert_eq!(reason("acme", &admin), Reason::Allowed);
        assert_eq!(reason("acme", &viewer), Reason::NoRoleInOrganization);
        // What counts in globex is viewer.
        assert_eq!(reason("globex", &viewer), Reason::Allowed);
        assert_eq!(reason("globex", &admin), Reason::NoRoleInOrganization);
    }

    #[test]
    fn a7_5_a_token_without_a_role_is_denied_what_that_role_is_denied() {
        let viewer = [key("viewer")];
        let limits = Limits {
            roles: Some(&viewer),
            ..Limits::default()
        };
        let roles = [("acme", "viewer"), ("acme", "auditor")];
        let verdict = ask_limited("acme", &roles, "Invoices.Read", "openid", limits);
        assert_eq!(verdict.reason, Reason::DeniedByRule);
        assert_eq!(rules(&verdict), ["deny auditor -> Invoices.Read"]);
    }

    #[test]
    fn the_reasons_are_written_as_they_are_called() {
        for reason in Reason::ALL {
            let written = serde_json::to_value(reason).unwrap();
            assert_eq!(written, reason.as_str());
        }
    }
}
