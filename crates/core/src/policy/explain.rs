//! A verdict in words, for the API and the console.
//!
//! The sentences are stable: they are for people, but a test or an alert may look for them. What is
//! for programs stands beside them.

use serde::Serialize;

use crate::{
    id::Id,
    organization::Organization,
    policy::{
        api_scope::ApiScope,
        decision::{Reason, Verdict},
        rule::{Effect, Rule},
        standing::{Held, Through},
    },
};

/// Why somebody may or may not do something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Whom it is about, as it was called.
    pub who: String,
    /// The acting organization.
    pub organization: Id<Organization>,
    /// The needed scope.
    pub scope: ApiScope,
    /// Yes or no.
    pub allow: bool,
    /// Why.
    pub reason: Reason,
    /// The roles that counted.
    pub roles: Vec<Held>,
    /// The rules that decided.
    pub rules: Vec<Rule>,
    /// The version of the policy.
    pub version: u64,
    /// All of this in sentences: first the roles, then the rules, at last the answer.
    pub sentences: Vec<String>,
}

/// Puts a verdict in words. `who` is what to call the subject.
pub fn explain(who: &str, verdict: &Verdict) -> Explanation {
    let Verdict { acting, needed, .. } = verdict;
    let mut sentences: Vec<_> = verdict
        .roles
        .iter()
        .map(|held| role(who, acting, held))
        .collect();
    sentences.extend(verdict.rules.iter().map(|rule| decided(rule, needed)));
    sentences.extend(missing(who, verdict));
    sentences.push(format!(
        "{who} may {}use {needed} in {acting}",
        if verdict.allow { "" } else { "not " }
    ));
    Explanation {
        who: who.to_owned(),
        organization: acting.clone(),
        scope: needed.clone(),
        allow: verdict.allow,
        reason: verdict.reason,
        roles: verdict.roles.clone(),
        rules: verdict.rules.clone(),
        version: verdict.version,
        sentences,
    }
}

fn role(who: &str, acting: &Id<Organization>, held: &Held) -> String {
    let role = &held.role;
    match &held.through {
        Through::Grant => format!("{who} holds {role} in {acting}"),
        Through::Relation { manager, held } => format!(
            "{who} acts as {role} in {acting} through a relation with {manager}, \
             where {who} holds {held}"
        ),
    }
}

fn decided(rule: &Rule, needed: &ApiScope) -> String {
    let verb = match rule.effect {
        Effect::Allow => "allows",
        Effect::Deny => "denies",
    };
    let place = match &rule.organization {
        Some(organization) => format!(" in {organization}"),
        None => String::new(),
    };
    format!(
        "rule {} -> {}{place} {verb} {needed}",
        rule.role, rule.pattern
    )
}

/// What there is no role or rule for.
fn missing(who: &str, verdict: &Verdict) -> Option<String> {
    let Verdict { acting, needed, .. } = verdict;
    match verdict.reason {
        Reason::Allowed | Reason::DeniedByRule => None,
        Reason::NoRoleInOrganization => Some(format!("{who} has no role in {acting} that counts")),
        Reason::NoRuleGrants => {
            let mut roles: Vec<_> = verdict
                .roles
                .iter()
                .map(|held| held.role.as_str())
                .collect();
            roles.dedup();
            Some(format!("no rule grants {needed} to {}", roles.join(", ")))
        }
        Reason::OrganizationNotInToken => Some(format!(
            "the token is limited to organizations other than {acting}"
        )),
        Reason::ScopeNotInToken => Some(format!(
            "the token names scopes of APIs, and {needed} is not among them"
        )),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::{policy::pattern::ScopePattern, role::RoleKey};

    fn key(text: &str) -> RoleKey {
        RoleKey::parse(text).unwrap()
    }

    fn verdict(reason: Reason, roles: Vec<Held>, rules: Vec<Rule>) -> Verdict {
        Verdict {
            allow: reason == Reason::Allowed,
            reason,
            acting: Id::parse("globex").unwrap(),
            needed: ApiScope::parse("Invora.Simple.Invoices.v1.Read").unwrap(),
            roles,
            rules,
            version: 3,
        }
    }

    fn rule(effect: Effect, organization: Option<&str>) -> Rule {
        Rule {
            role: key("viewer"),
            pattern: ScopePattern::parse("Invora.Simple.Invoices.*").unwrap(),
            effect,
            organization: organization.map(|text| Id::parse(text).unwrap()),
        }
    }

    fn direct() -> Held {
        Held {
            role: key("viewer"),
            through: Through::Grant,
        }
    }

    fn related() -> Held {
        let through = Through::Relation {
            manager: Id::parse("acme").unwrap(),
            held: key("admin"),
        };
        Held {
            role: key("viewer"),
            through,
        }
    }

    #[test]
    fn an_answer_names_the_roles_and_the_rules_that_made_it() {
        let verdict = verdict(
            Reason::Allowed,
            vec![direct(), related()],
            vec![rule(Effect::Allow, None)],
        );
        assert_eq!(
            explain("alice", &verdict).sentences,
            [
                "alice holds viewer in globex",
                "alice acts as viewer in globex through a relation with acme, where alice holds admin",
                "rule viewer -> Invora.Simple.Invoices.* allows Invora.Simple.Invoices.v1.Read",
                "alice may use Invora.Simple.Invoices.v1.Read in globex",
            ]
        );
    }

    #[test]
    fn every_no_says_what_would_have_to_be_different() {
        let denied = verdict(
            Reason::DeniedByRule,
            vec![direct()],
            vec![rule(Effect::Deny, Some("globex"))],
        );
        let no_rule = verdict(Reason::NoRuleGrants, vec![direct(), related()], Vec::new());
        let scope = verdict(
            Reason::ScopeNotInToken,
            vec![direct()],
            vec![rule(Effect::Allow, None)],
        );
        let nobody = |reason| verdict(reason, Vec::new(), Vec::new());
        for (verdict, expected) in [
            (
                denied,
                "rule viewer -> Invora.Simple.Invoices.* in globex denies Invora.Simple.Invoices.v1.Read",
            ),
            (
                no_rule,
                "no rule grants Invora.Simple.Invoices.v1.Read to viewer",
            ),
            (
                scope,
                "the token names scopes of APIs, and Invora.Simple.Invoices.v1.Read is not among them",
            ),
            (
                nobody(Reason::NoRoleInOrganization),
                "alice has no role in globex that counts",
            ),
            (
                nobody(Reason::OrganizationNotInToken),
                "the token is limited to organizations other than globex",
            ),
        ] {
            let sentences = explain("alice", &verdict).sentences;
            let [.., reason, answer] = sentences.as_slice() else {
                panic!("{sentences:?}");
            };
            assert_eq!(reason, expected);
            assert_eq!(
                answer,
                "alice may not use Invora.Simple.Invoices.v1.Read in globex"
            );
        }
    }

    #[test]
    fn an_explanation_is_a_document() {
        let verdict = verdict(Reason::NoRuleGrants, vec![direct(), related()], Vec::new());
        let document = serde_json::to_value(explain("alice", &verdict)).unwrap();
        assert_eq!(document["reason"], "no_rule_grants");
        assert_eq!(document["version"], 3);
        assert_eq!(
            document["roles"],
            serde_json::json!([
                {"role": "viewer", "through": "grant"},
                {"role": "viewer", "through": {"relation": {"manager": "acme", "held": "admin"}}},
            ])
        );
    }
}
