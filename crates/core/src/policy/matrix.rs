//! Roles against scopes: what the rules about one role say of one scope, for a table of many.
//!
//! This is about rules, not about people: who holds several roles is allowed what any of them
//! allows, and denied what any of them denies ([`super::decide`]).

use std::collections::BTreeMap;

use crate::{
    id::Id,
    organization::Organization,
    policy::{
        api_scope::ApiScope,
        rule::{Effect, Rule, RuleSet},
    },
    role::RoleKey,
};

/// Rules by the role that they are about.
#[derive(Clone, Debug)]
pub struct Matrix<'a>(BTreeMap<&'a RoleKey, Vec<&'a Rule>>);

/// What the rules about a role say of a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell<'a> {
    /// The answer; `None`: nothing, which is a no.
    pub effect: Option<Effect>,
    /// The rules that decide: all that deny, else all that allow.
    pub rules: Vec<&'a Rule>,
    /// Whether rules of single organizations say something too, which does not count here.
    pub elsewhere: bool,
}

impl<'a> Matrix<'a> {
    /// The table of these rules.
    pub fn of(rules: &'a RuleSet) -> Self {
        let mut by_role: BTreeMap<&RoleKey, Vec<&Rule>> = BTreeMap::new();
        for rule in rules.iter() {
            by_role.entry(&rule.role).or_default().push(rule);
        }
        Self(by_role)
    }

    /// What is said in an acting organization; `None`: in one that no rule names.
    pub fn cell(
        &self,
        role: &RoleKey,
        scope: &ApiScope,
        acting: Option<&Id<Organization>>,
    ) -> Cell<'a> {
        let mut cell = Cell::default();
        let rules = self.0.get(role).into_iter().flatten();
        for rule in rules.filter(|rule| rule.pattern.matches(scope)) {
            if rule.organization.is_some() && rule.organization.as_ref() != acting {
                cell.elsewhere = true;
                continue;
            }
            match (cell.effect, rule.effect) {
                (Some(Effect::Deny), Effect::Allow) => continue,
                (Some(Effect::Allow), Effect::Deny) => cell.rules.clear(),
                _ => {}
            }
            cell.effect = Some(rule.effect);
            cell.rules.push(rule);
        }
        cell
    }
}

/// The group of a scope: all of it but its last segment.
pub fn group(scope: &ApiScope) -> &str {
    let text = scope.as_str();
    text.rsplit_once('.').map_or(text, |(group, _)| group)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::policy::pattern::ScopePattern;

    fn rule(role: &str, pattern: &str, effect: Effect, place: Option<&str>) -> Rule {
        Rule {
            role: RoleKey::parse(role).unwrap(),
            pattern: ScopePattern::parse(pattern).unwrap(),
            effect,
            organization: place.map(|place| Id::parse(place).unwrap()),
        }
    }

    fn scope(text: &str) -> ApiScope {
        ApiScope::parse(text).unwrap()
    }

    #[test]
    fn one_that_denies_wins_wherever_it_stands_and_is_the_only_reason() {
        let rules = RuleSet::new([
            rule("a", "*", Effect::Allow, None),
            rule("a", "Notes.Read", Effect::Allow, None),
            rule("a", "Notes.*", Effect::Deny, None),
            rule("b", "Notes.Read", Effect::Allow, None),
        ])
        .unwrap();
        let matrix = Matrix::of(&rules);
        let role = RoleKey::parse("a").unwrap();
        let cell = matrix.cell(&role, &scope("Notes.Read"), None);
        assert_eq!(cell.effect, Some(Effect::Deny));
        assert_eq!(cell.rules.len(), 1);
        assert_eq!(cell.rules[0].pattern.as_str(), "Notes.*");
        let cell = matrix.cell(&role, &scope("Mail.Read"), None);
        assert_eq!((cell.effect, cell.rules.len()), (Some(Effect::Allow), 1));
        let other = RoleKey::parse("b").unwrap();
        assert_eq!(
            matrix.cell(&other, &scope("Mail.Read"), None),
            Cell::default()
        );
    }

    #[test]
    fn rules_of_an_organization_count_there_and_are_told_of_elsewhere() {
        let rules = RuleSet::new([rule("a", "Notes.*", Effect::Allow, Some("acme"))]).unwrap();
        let matrix = Matrix::of(&rules);
        let role = RoleKey::parse("a").unwrap();
        let (acme, globex) = (Id::parse("acme").unwrap(), Id::parse("globex").unwrap());
        let at = |place| matrix.cell(&role, &scope("Notes.Read"), place);
        assert_eq!((at(None).effect, at(None).elsewhere), (None, true));
        assert_eq!(
            (at(Some(&globex)).effect, at(Some(&globex)).elsewhere),
            (None, true)
        );
        assert_eq!(
            (at(Some(&acme)).effect, at(Some(&acme)).elsewhere),
            (Some(Effect::Allow), false)
        );
    }

    #[test]
    fn a_group_is_what_stands_before_the_last_point() {
        assert_eq!(group(&scope("Invora.Notes.Read")), "Invora.Notes");
        assert_eq!(group(&scope("Notes.Read")), "Notes");
    }
}
