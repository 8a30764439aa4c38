//! Dry runs, held against asking every question before and after.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, prelude::*};
use symbolon_core::{
    id::Id,
    policy::{
        change::effect_of,
        lockout::{holds_all, locks_out},
        tally::{Affected, Tally},
    },
    role::Roles,
    subject::Subject,
};

use super::*;

/// Every scope of [`scope`] that has two or three segments.
fn scopes() -> Vec<ApiScope> {
    let segments = ["a", "b", "ab"];
    let two: Vec<_> = segments
        .iter()
        .flat_map(|one| segments.map(|other| format!("{one}.{other}")))
        .collect();
    let three = two
        .iter()
        .flat_map(|two| segments.map(|other| format!("{two}.{other}")));
    let all = two.iter().cloned().chain(three);
    all.map(|text| ApiScope::parse(&text).unwrap()).collect()
}

/// A change that leaves most as it was.
fn change() -> impl Strategy<Value = (World, World)> {
    let kept = (any::<bool>(), any::<bool>(), any::<bool>());
    (world(), world(), kept).prop_map(|(before, other, (rules, relations, roles))| {
        let mut after = before.clone();
        if !rules {
            after.rules.truncate(other.rules.len());
            after.rules.extend(other.rules.into_iter().take(2));
        }
        if !relations {
            after.relations.truncate(other.relations.len());
            after.relations.extend(other.relations.into_iter().take(1));
        }
        if !roles {
            after.roles = other.roles;
        }
        (before, after)
    })
}

fn subjects() -> impl Strategy<Value = Vec<(Id<Subject>, Roles)>> {
    vec(granted(), 0..6).prop_map(|all| {
        let named = all.into_iter().enumerate();
        let named = named.map(|(index, roles)| (Id::parse(&format!("s{index}")).unwrap(), roles));
        named.collect()
    })
}

/// Everybody in every organization who is allowed a scope by `to` and not by `from`.
fn gained(
    from: &World,
    to: &World,
    subjects: &[(Id<Subject>, Roles)],
) -> Vec<(String, Vec<ApiScope>)> {
    let mut all = Vec::new();
    for (subject, granted) in subjects {
        for organization in ORGANIZATIONS {
            let allows = |world: &World, needed: &ApiScope| {
                world.reference(&Asked {
                    acting: Id::parse(organization).unwrap(),
                    granted: granted.clone(),
                    needed: needed.clone(),
                    token_scope: Scope::default(),
                    organizations: None,
                    roles: None,
                })
            };
            let mut scopes = scopes();
            scopes.retain(|scope| allows(to, scope) && !allows(from, scope));
            scopes.sort();
            if !scopes.is_empty() {
                all.push((format!("{subject} in {organization}"), scopes));
            }
        }
    }
    all
}

fn listed(tally: &Tally) -> Vec<(String, Vec<ApiScope>)> {
    let line = |one: &Affected| {
        let who = format!("{} in {}", one.subject, one.organization);
        (who, one.scopes.clone())
    };
    tally.listed.iter().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_dry_run_finds_what_asking_every_question_finds(
        (before, after) in change(),
        subjects in subjects(),
        limit in 0..20_usize,
    ) {
        let (old, new) = (before.policy(), after.policy());
        let all = effect_of(&old, &new, subjects.clone(), scopes(), usize::MAX);
        prop_assert_eq!(listed(&all.gains), gained(&before, &after, &subjects));
        prop_assert_eq!(listed(&all.loses), gained(&after, &before, &subjects));

        let few = effect_of(&old, &new, subjects, scopes(), limit);
        for (all, few) in [(all.gains, few.gains), (all.loses, few.loses)] {
            let people: BTreeSet<_> = all.listed.iter().map(|one| &one.subject).collect();
            prop_assert_eq!(few.subjects, people.len() as u64);
            prop_assert_eq!(few.truncated, all.listed.len() > limit);
            prop_assert_eq!(&few.listed[..], &all.listed[..limit.min(all.listed.len())]);
            let mut by_scope = BTreeMap::new();
            let mut by_role = BTreeMap::new();
            let mut by_organization = BTreeMap::new();
            for one in all.listed {
                prop_assert!(!one.roles.is_empty());
                for scope in one.scopes {
                    *by_scope.entry(scope).or_insert(0) += 1;
                }
                for role in one.roles {
                    *by_role.entry(role).or_insert(0) += 1;
                }
                *by_organization.entry(one.organization).or_insert(0) += 1;
            }
            prop_assert_eq!(few.by_scope, by_scope);
            prop_assert_eq!(few.by_role, by_role);
            prop_assert_eq!(few.by_organization, by_organization);
        }
    }

    #[test]
    fn nobody_is_left_exactly_when_the_change_takes_the_last(
        (before, after) in change(),
        subjects in subjects(),
        wanted in vec(scope(), 1..3),
    ) {
        let has = |world: &World, granted: &Roles, organization: &str| {
            wanted.iter().all(|needed| {
                world.reference(&Asked {
                    acting: Id::parse(organization).unwrap(),
                    granted: granted.clone(),
                    needed: needed.clone(),
                    token_scope: Scope::default(),
                    organizations: None,
                    roles: None,
                })
            })
        };
        let anybody = |world: &World| {
            subjects.iter().any(|(_, granted)| {
                let any = ORGANIZATIONS.iter().any(|organization| has(world, granted, organization));
                assert_eq!(holds_all(&world.policy(), granted, None, &wanted), any);
                any
            })
        };
        let roles: Vec<_> = subjects.iter().map(|(_, granted)| granted.clone()).collect();
        let locked = locks_out(&before.policy(), &after.policy(), None, &wanted, &roles);
        prop_assert_eq!(locked, anybody(&before) && !anybody(&after));
    }
}
