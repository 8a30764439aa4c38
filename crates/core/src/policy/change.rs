//! What a change of the policy would do, before it is made: who gains what, who loses what.
//!
//! A [`DryRun`] is given two policies and then, one after the other, the subjects with their roles,
//! as they come out of storage. It does the work where the change can matter: for a subject, in the
//! organizations where a role it has there is named by a rule, definition or relation that changed;
//! once for each set of roles, not for each subject. What it remembers is bounded; what it lists is
//! too, and what it counts is complete.
//!
//! The scope, organizations and roles that a token is limited to do not matter here: this is about
//! what people can do, with a token that is not limited.
//!
//! Left out: changes of grants. Whoever gives somebody a role knows who gains it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    id::Id,
    organization::Organization,
    policy::{
        Policy,
        api_scope::ApiScope,
        compiled::InUse,
        relation::Relation,
        rule::{Effect, Rule},
        standing::RoleIndex,
        tally::Effects,
    },
    role::{RoleKey, Roles},
    subject::Subject,
};

/// For how many sets of roles the answer is remembered.
const REMEMBERED: usize = 4_096;

/// Compares two policies, subject by subject.
#[derive(Debug)]
pub struct DryRun<'a> {
    before: &'a Policy,
    after: &'a Policy,
    /// Those that can come out differently.
    scopes: Vec<ApiScope>,
    limit: usize,
    /// Roles named by a rule or definition that changed.
    touched: BTreeSet<RoleKey>,
    /// Where relations lead that changed or that give a touched role; by what opens them.
    opened: BTreeMap<Id<Organization>, BTreeMap<RoleKey, Vec<Id<Organization>>>>,
    remembered: BTreeMap<Case, Arc<Outcome>>,
    effects: Effects,
}

/// All that an outcome depends on.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Case {
    before: Vec<RoleIndex>,
    after: Vec<RoleIndex>,
    /// Where rules for one organization matter.
    organization: Option<Id<Organization>>,
}

#[derive(Debug)]
struct Outcome {
    gains: Difference,
    loses: Difference,
}

#[derive(Debug, Default)]
struct Difference {
    roles: Vec<RoleKey>,
    scopes: Vec<ApiScope>,
}

/// What the change from `before` to `after` does to these subjects. Each subject comes once, with
/// the roles it was granted and that have not expired. At most `limit` are listed on each side.
pub fn effect_of(
    before: &Policy,
    after: &Policy,
    subjects: impl IntoIterator<Item = (Id<Subject>, Roles)>,
    scopes: impl IntoIterator<Item = ApiScope>,
    limit: usize,
) -> Effects {
    let mut run = DryRun::new(before, after, scopes, limit);
    for (subject, granted) in subjects {
        run.add(&subject, &granted);
    }
    run.finish()
}

impl<'a> DryRun<'a> {
    /// Begins a comparison. `scopes` are those of interest, usually [`Policy::scopes`] of both; at
    /// most `limit` subjects are listed on each side.
    pub fn new(
        before: &'a Policy,
        after: &'a Policy,
        scopes: impl IntoIterator<Item = ApiScope>,
        limit: usize,
    ) -> Self {
        let redefined = before.standing().redefined(after.standing());
        let relations =
            |policy: &Policy| -> BTreeSet<Relation> { policy.standing().relations().collect() };
        let (old, new) = (relations(before), relations(after));
        let changed: BTreeSet<_> = old.symmetric_difference(&new).collect();
        let rules = before.rules().difference(after.rules());
        let rules: Vec<&Rule> = rules.added.iter().chain(&rules.removed).collect();

        let same_standing = redefined.is_empty() && changed.is_empty();
        let differs = |scope: &ApiScope| rules.iter().any(|rule| rule.pattern.matches(scope));
        let scopes: BTreeSet<_> = scopes.into_iter().collect();
        let scopes = scopes
            .into_iter()
            .filter(|scope| !same_standing || differs(scope));
        let mut touched = redefined;
        touched.extend(rules.iter().map(|rule| rule.role.clone()));

        let mut opened: BTreeMap<_, BTreeMap<_, Vec<_>>> = BTreeMap::new();
        for relation in old.union(&new) {
            if touched.contains(&relation.acts_as) || changed.contains(relation) {
                let by_role = opened.entry(relation.manager.clone()).or_default();
                let managed = by_role.entry(relation.held.clone()).or_default();
                managed.push(relation.managed.clone());
            }
        }
        Self {
            before,
            after,
            scopes: scopes.collect(),
            limit,
            touched,
            opened,
            remembered: BTreeMap::new(),
            effects: Effects::default(),
        }
    }

    /// Adds a subject with the roles it was granted and that have not expired. One that is added
    /// twice counts twice.
    pub fn add(&mut self, subject: &Id<Subject>, granted: &Roles) {
        let (mut gains, mut loses) = (false, false);
        for organization in self.concerned(granted) {
            let outcome = self.outcome(&organization, granted);
            let sides = [
                (&mut self.effects.gains, &outcome.gains, &mut gains),
                (&mut self.effects.loses, &outcome.loses, &mut loses),
            ];
            for (tally, Difference { roles, scopes }, affected) in sides {
                if !scopes.is_empty() {
                    *affected = true;
                    tally.add(subject, &organization, roles, scopes, self.limit);
                }
            }
        }
        self.effects.gains.subjects += u64::from(gains);
        self.effects.loses.subjects += u64::from(loses);
    }

    /// What came out.
    pub fn finish(self) -> Effects {
        self.effects
    }

    /// The organizations in which the change can matter to somebody with these granted roles.
    fn concerned(&self, granted: &Roles) -> BTreeSet<Id<Organization>> {
        let mut all = BTreeSet::new();
        for (organization, keys) in granted {
            if keys.iter().any(|key| self.touched.contains(key)) {
                all.insert(organization.clone());
            }
            let by_role = self.opened.get(organization);
            let opened = keys.iter().filter_map(|key| by_role?.get(key));
            all.extend(opened.flatten().cloned());
        }
        all
    }

    fn outcome(&mut self, organization: &Id<Organization>, granted: &Roles) -> Arc<Outcome> {
        let policies = [self.before, self.after];
        let particular = policies
            .iter()
            .any(|policy| policy.has_particular_rules(organization));
        let held = |policy: &Policy| -> Vec<_> {
            let held = policy.standing().held(organization, granted);
            let roles: BTreeSet<_> = held.map(|(role, _)| role).collect();
            roles.into_iter().collect()
        };
        let case = Case {
            before: held(self.before),
            after: held(self.after),
            organization: particular.then(|| organization.clone()),
        };
        if let Some(known) = self.remembered.get(&case) {
            return Arc::clone(known);
        }
        let outcome = Arc::new(self.compare(&case, organization));
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        self.remembered.insert(case, Arc::clone(&outcome));
        outcome
    }

    fn compare(&self, case: &Case, organization: &Id<Organization>) -> Outcome {
        let before = (self.before, case.before.as_slice());
        let after = (self.after, case.after.as_slice());
        Outcome {
            gains: self.gained(before, after, organization),
            loses: self.gained(after, before, organization),
        }
    }

    /// What `to` allows and `from` does not.
    fn gained(
        &self,
        from: (&Policy, &[RoleIndex]),
        to: (&Policy, &[RoleIndex]),
        organization: &Id<Organization>,
    ) -> Difference {
        let allows = |(policy, roles): (&Policy, &[RoleIndex]), scope: &ApiScope| {
            let matched = policy.matching(scope);
            let roles = roles.iter().map(|role| (*role, InUse(true)));
            policy.weigh(roles, organization, &matched)
        };
        let gained = |scope: &&ApiScope| allows(to, scope) && !allows(from, scope);
        let scopes: Vec<_> = self.scopes.iter().filter(gained).cloned().collect();
        let (policy, roles) = to;
        let allowed = |role: &&RoleIndex| {
            scopes.iter().any(|scope| {
                let matched = policy.matching(scope);
                let mut entries = policy.entries(**role, organization, &matched);
                entries.any(|entry| entry.effect == Effect::Allow)
            })
        };
        let allowing = roles.iter().filter(allowed);
        let keys = allowing.filter_map(|role| policy.standing().key(*role).cloned());
        Difference {
            roles: keys.collect(),
            scopes,
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;
    use crate::policy::{
        rule::RuleSet,
        tally::{Affected, Tally},
    };
    use crate::role::Role;

    const RULES: &[&str] = &[
        r#"{"role":"admin","pattern":"*","effect":"allow"}"#,
        r#"{"role":"viewer","pattern":"a.read","effect":"allow"}"#,
    ];

    fn id<K>(text: &str) -> Id<K> {
        Id::parse(text).unwrap()
    }

    fn key(text: &str) -> RoleKey {
        RoleKey::parse(text).unwrap()
    }

    fn scopes() -> Vec<ApiScope> {
        let texts = ["a.read", "a.write", "b.read"];
        texts.map(|text| ApiScope::parse(text).unwrap()).to_vec()
    }

    /// Admins of acme act as viewers in globex, if `related`.
    fn policy(rules: &[&str], related: bool) -> Policy {
        let rules: RuleSet = serde_json::from_str(&format!("[{}]", rules.join(","))).unwrap();
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
        let relations = Vec::from_iter(related.then_some(relation));
        Policy::compile(1, rules, &relations, &[role("admin"), role("viewer")], []).unwrap()
    }

    fn with(more: &str) -> Vec<&str> {
        RULES.iter().copied().chain([more]).collect()
    }

    fn granted(roles: &[(&str, &str)]) -> Roles {
        let mut granted = Roles::new();
        for (organization, role) in roles {
            granted.entry(id(organization)).or_default().push(key(role));
        }
        granted
    }

    fn people() -> Vec<(Id<Subject>, Roles)> {
        vec![
            (
                id("alice"),
                granted(&[("acme", "admin"), ("globex", "viewer")]),
            ),
            (id("bob"), granted(&[("globex", "viewer")])),
            (id("carol"), granted(&[("acme", "admin")])),
            (
                id("dave"),
                granted(&[("acme", "viewer"), ("globex", "viewer")]),
            ),
        ]
    }

    /// `alice in acme: a.read, a.write by admin`.
    fn lines(tally: &Tally) -> Vec<String> {
        let join = |texts: Vec<&str>| texts.join(", ");
        let line = |affected: &Affected| {
            format!(
                "{} in {}: {} by {}",
                affected.subject,
                affected.organization,
                join(affected.scopes.iter().map(ApiScope::as_str).collect()),
                join(affected.roles.iter().map(RoleKey::as_str).collect()),
            )
        };
        tally.listed.iter().map(line).collect()
    }

    #[test]
    fn a_new_rule_that_allows_gains_for_whoever_has_the_role_and_had_not_the_scope() {
        let rule = r#"{"role":"viewer","pattern":"a.*","effect":"allow"}"#;
        let (before, after) = (policy(RULES, true), policy(&with(rule), true));
        let effects = effect_of(&before, &after, people(), scopes(), 9);
        assert_eq!(
            lines(&effects.gains),
            [
                "alice in globex: a.write by viewer",
                "bob in globex: a.write by viewer",
                "carol in globex: a.write by viewer",
                "dave in acme: a.write by viewer",
                "dave in globex: a.write by viewer",
            ]
        );
        assert_eq!(effects.loses, Tally::default());
        assert_eq!(effects.gains.subjects, 4);
        assert_eq!(
            serde_json::to_value(&effects.gains.by_organization).unwrap(),
            serde_json::json!({"acme": 1, "globex": 4})
        );
        // And back again, the other way round.
        let back = effect_of(&after, &before, people(), scopes(), 9);
        assert_eq!((back.loses, back.gains), (effects.gains, effects.loses));
    }

    #[test]
    fn a_rule_for_one_organization_changes_nothing_in_others() {
        let rule = r#"{"role":"viewer","pattern":"*","effect":"deny","organization":"acme"}"#;
        let (before, after) = (policy(RULES, true), policy(&with(rule), true));
        let effects = effect_of(&before, &after, people(), scopes(), 9);
        assert_eq!(lines(&effects.loses), ["dave in acme: a.read by viewer"]);
        assert_eq!(effects.gains, Tally::default());
    }

    #[test]
    fn a_relation_that_ends_takes_what_came_through_it_alone() {
        let (before, after) = (policy(RULES, true), policy(RULES, false));
        let effects = effect_of(&before, &after, people(), scopes(), 9);
        // Alice is viewer in globex by a grant, too.
        assert_eq!(lines(&effects.loses), ["carol in globex: a.read by viewer"]);
        assert_eq!(effects.gains, Tally::default());
    }

    #[test]
    fn a_role_that_is_no_longer_defined_takes_what_it_gave() {
        let rules: RuleSet = serde_json::from_str(&format!("[{}]", RULES.join(","))).unwrap();
        let viewer = Role {
            key: key("viewer"),
            name: "Viewer".into(),
            organization: None,
        };
        let (before, after) = (
            policy(RULES, true),
            Policy::compile(2, rules, &[], &[viewer], []).unwrap(),
        );
        let effects = effect_of(&before, &after, people(), scopes(), 9);
        assert_eq!(
            lines(&effects.loses),
            [
                "alice in acme: a.read, a.write, b.read by admin",
                "carol in acme: a.read, a.write, b.read by admin",
                "carol in globex: a.read by viewer",
            ]
        );
    }

    #[test]
    fn what_is_not_listed_is_counted() {
        let rule = r#"{"role":"viewer","pattern":"*","effect":"allow"}"#;
        let (before, after) = (policy(RULES, false), policy(&with(rule), false));
        let viewer = granted(&[("globex", "viewer")]);
        let many = (0..50).map(|index| (id(&format!("person-{index}")), viewer.clone()));
        let effects = effect_of(&before, &after, many, scopes(), 3);
        assert_eq!(effects.gains.listed.len(), 3);
        assert!(effects.gains.truncated && !effects.loses.truncated);
        assert_eq!(effects.gains.subjects, 50);
        assert_eq!(
            serde_json::to_value(&effects.gains.by_scope).unwrap(),
            serde_json::json!({"a.write": 50, "b.read": 50})
        );
    }

    #[test]
    fn more_different_sets_of_roles_than_are_remembered_give_the_same_answer() {
        let rule = r#"{"role":"viewer","pattern":"a.write","effect":"allow","organization":"ORG"}"#;
        let organizations: Vec<_> = (0..REMEMBERED + 9).map(|i| format!("org-{i}")).collect();
        let rules: Vec<_> = organizations
            .iter()
            .map(|id| rule.replace("ORG", id))
            .collect();
        let rules: Vec<_> = rules.iter().map(String::as_str).collect();
        let (before, after) = (policy(&[], false), policy(&rules, false));
        let everywhere: Vec<_> = organizations
            .iter()
            .map(|id| (id.as_str(), "viewer"))
            .collect();
        let everybody = [
            (id("alice"), granted(&everywhere)),
            (id("bob"), granted(&everywhere)),
        ];
        let effects = effect_of(&before, &after, everybody, scopes(), 0);
        assert_eq!(effects.gains.subjects, 2);
        assert_eq!(effects.gains.by_organization.len(), organizations.len());
        assert!(
            effects
                .gains
                .by_organization
                .values()
                .all(|count| *count == 2)
        );
    }
}
