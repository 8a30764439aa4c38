//! Bundles, held against the policy that they come of.

use std::sync::Arc;

use proptest::collection::btree_set;
use symbolon_core::{
    policy::{
        api::{Api, ScopeDefinition},
        bundle::{Bundle, Content},
        token_changes::TokenChanges,
    },
    time::{Lifetime, Timestamp},
};

use super::*;

fn api(audience: &str, scopes: &BTreeSet<ApiScope>) -> Api {
    let scopes = scopes.iter().map(|scope| ScopeDefinition {
        scope: scope.clone(),
        description: "For people.".into(),
    });
    let audience = Id::parse(audience).unwrap();
    Api::new(audience, "An API".into(), scopes.collect(), Vec::new()).unwrap()
}

/// What arrives at the edge.
fn carried(policy: &Policy, audience: &str) -> Policy {
    let now = Timestamp::from_seconds(10);
    let minute = Lifetime::from_minutes(1);
    let changes = TokenChanges::new(now, minute, []);
    let content = Content::of(policy, &Id::parse(audience).unwrap(), changes).unwrap();
    let written = serde_json::to_vec(&content.at(&Arc::from("issuer"), now, minute)).unwrap();
    let read: Bundle = serde_json::from_slice(&written).unwrap();
    read.policy.compile().unwrap()
}

proptest! {
    #[test]
    fn a_bundle_gives_the_verdicts_of_the_whole_policy(
        world in world(),
        asked in vec(asked(), 1..8),
        own in btree_set(scope(), 1..6),
        others in btree_set(scope(), 0..6),
    ) {
        let rules = RuleSet::new(world.rules.clone()).unwrap();
        let apis = [api("own", &own), api("other", &others)];
        let whole = Policy::compile(9, rules, &world.relations, &world.roles, apis).unwrap();
        let edge = carried(&whole, "own");
        for asked in asked {
            for needed in &own {
                let asked = Asked { needed: needed.clone(), ..asked.clone() };
                prop_assert_eq!(asked.of(&edge), asked.of(&whole));
            }
        }
        prop_assert!(edge.rules().len() <= whole.rules().len());
        prop_assert_eq!(edge.apis().len(), 1);
    }

    #[test]
    fn a_bundle_of_a_bundle_is_the_same_bundle(
        world in world(),
        scopes in btree_set(scope(), 1..6),
    ) {
        let rules = RuleSet::new(world.rules.clone()).unwrap();
        let whole = Policy::compile(
            9,
            rules,
            &world.relations,
            &world.roles,
            [api("own", &scopes)],
        ).unwrap();
        let changes = || TokenChanges::new(
            Timestamp::from_seconds(10),
            Lifetime::from_minutes(1),
            [],
        );
        let audience = Id::parse("own").unwrap();
        let once = Content::of(&whole, &audience, changes()).unwrap();
        let again = Content::of(&once.compile().unwrap(), &audience, changes()).unwrap();
        prop_assert_eq!(once, again);
    }
}
