//! Rules: a role allows or denies scopes, everywhere or in one organization.
//!
//! A rule set is a *set*: a rule that stands twice counts once, and order means nothing, so that
//! two sets with the same rules are equal, and equal when written. Among the rules that match, one
//! that denies wins.
//!
//! Left out: priorities. "Deny wins" is the only one, and needs no number.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};

use crate::{id::Id, organization::Organization, policy::pattern::ScopePattern, role::RoleKey};

/// The most rules of a set.
pub const MOST: usize = 10_000;

/// Whoever counts as `role` is allowed or denied the scopes of `pattern`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Whom it is about.
    pub role: RoleKey,
    /// Which scopes.
    pub pattern: ScopePattern,
    /// Yes or no.
    pub effect: Effect,
    /// The one acting organization in which it holds; `None`: in all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<Id<Organization>>,
}

/// What a rule does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Grants, unless another rule denies.
    Allow,
    /// Denies, whatever other rules grant.
    Deny,
}

/// At most [`MOST`] different rules, in one canonical order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Rule>")]
pub struct RuleSet(Vec<Rule>);

/// More than [`MOST`] rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a rule set has at most 10000 rules; a pattern such as Invoices.* stands for many")]
pub struct TooManyRules;

/// What makes one rule set another, each in canonical order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Rules that only the later set has.
    pub added: Vec<Rule>,
    /// Rules that only the earlier set has.
    pub removed: Vec<Rule>,
}

impl RuleSet {
    /// The set of these rules. Duplicates collapse.
    ///
    /// # Errors
    /// [`TooManyRules`] when more than [`MOST`] different ones are left.
    pub fn new(rules: impl IntoIterator<Item = Rule>) -> Result<Self, TooManyRules> {
        let mut set = BTreeSet::new();
        for rule in rules {
            set.insert(rule);
            if set.len() > MOST {
                return Err(TooManyRules);
            }
        }
        Ok(Self(set.into_iter().collect()))
    }

    /// The rules in canonical order: by role, pattern, effect, organization.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Rule> {
        self.0.iter()
    }

    /// Whether the rule is in it.
    pub fn contains(&self, rule: &Rule) -> bool {
        self.0.binary_search(rule).is_ok()
    }

    /// How many rules it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is allowed or denied to anybody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What has to be added to this set and removed from it to get the `later` one.
    #[must_use]
    pub fn difference(&self, later: &Self) -> Difference {
        let lacking = |whole: &Self, part: &Self| {
            let rules = whole.0.iter();
            rules.filter(|rule| !part.contains(rule)).cloned().collect()
        };
        Difference {
            added: lacking(later, self),
            removed: lacking(self, later),
        }
    }

    /// The rule at a place of the canonical order.
    pub(super) fn at(&self, place: usize) -> Option<&Rule> {
        self.0.get(place)
    }
}

impl Difference {
    /// Whether the sets are the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

impl TryFrom<Vec<Rule>> for RuleSet {
    type Error = TooManyRules;

    fn try_from(rules: Vec<Rule>) -> Result<Self, TooManyRules> {
        Self::new(rules)
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        })
    }
}

/// `allow viewer -> Invoices.*`, `deny viewer -> Invoices.* in globex`.
impl fmt::Display for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {} -> {}",
            self.effect, self.role, self.pattern
        )?;
        match &self.organization {
            Some(organization) => write!(formatter, " in {organization}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn rule(role: &str, pattern: &str) -> Rule {
        Rule {
            role: RoleKey::parse(role).unwrap(),
            pattern: ScopePattern::parse(pattern).unwrap(),
            effect: Effect::Allow,
            organization: None,
        }
    }

    fn set(rules: &[Rule]) -> RuleSet {
        RuleSet::new(rules.to_vec()).unwrap()
    }

    #[test]
    fn equal_sets_are_written_equal_whatever_the_order_and_the_repetitions() {
        let (one, other) = (rule("viewer", "a.*"), rule("admin", "*"));
        let first = set(&[one.clone(), other.clone()]);
        let second = set(&[other.clone(), one.clone(), other]);
        assert_eq!(first, second);
        let written = serde_json::to_string(&first).unwrap();
        assert_eq!(serde_json::to_string(&second).unwrap(), written);
        assert_eq!(
            written,
            r#"[{"role":"admin","pattern":"*","effect":"allow"},{"role":"viewer","pattern":"a.*","effect":"allow"}]"#
        );
        assert_eq!(serde_json::from_str::<RuleSet>(&written).unwrap(), first);
    }

    #[test]
    fn unknown_fields_and_values_are_refused() {
        for text in [
            r#"[{"role":"a","pattern":"*","effect":"allow","priority":1}]"#,
            r#"[{"role":"a","pattern":"*","effect":"permit"}]"#,
            r#"[{"role":"a","pattern":"*"}]"#,
            r#"[{"role":"a b","pattern":"*","effect":"deny"}]"#,
            r#"[{"role":"a","pattern":"b*","effect":"deny"}]"#,
            r#"[{"role":"a","pattern":"*","effect":"deny","organization":""}]"#,
        ] {
            assert!(serde_json::from_str::<RuleSet>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_number_of_rules_is_bounded() {
        let many = |count: usize| (0..count).map(|index| rule("a", &format!("a.s{index}")));
        assert_eq!(RuleSet::new(many(MOST)).unwrap().len(), MOST);
        assert_eq!(RuleSet::new(many(MOST).chain(many(9))).unwrap().len(), MOST);
        assert_eq!(RuleSet::new(many(MOST + 1)), Err(TooManyRules));
        let written = serde_json::to_string(&many(MOST + 1).collect::<Vec<_>>()).unwrap();
        assert!(serde_json::from_str::<RuleSet>(&written).is_err());
    }

    #[test]
    fn a_difference_leads_from_the_earlier_set_to_the_later() {
        let (kept, gone, new) = (rule("a", "*"), rule("b", "*"), rule("c", "*"));
        let difference = set(&[kept.clone(), gone.clone()]).difference(&set(&[kept, new.clone()]));
        assert_eq!(
            (difference.added, difference.removed),
            (vec![new], vec![gone])
        );
        assert!(RuleSet::default().difference(&set(&[])).is_empty());
    }

    #[test]
    fn a_rule_reads_like_a_sentence() {
        let mut rule = rule("viewer", "Invoices.*");
        assert_eq!(rule.to_string(), "allow viewer -> Invoices.*");
        rule.effect = Effect::Deny;
        rule.organization = Some(Id::parse("globex").unwrap());
        assert_eq!(rule.to_string(), "deny viewer -> Invoices.* in globex");
    }
}
