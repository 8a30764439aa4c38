//! Decisions about arbitrary organizations, roles, rules and tokens, held against a reference that
//! reads the rules one after the other.

mod bundle;
mod change;
mod path;

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection::vec, option, prelude::*, sample::select};
use symbolon_core::{
    id::Id,
    organization::Organization,
    policy::{
        Policy, Question, Verdict,
        api_scope::ApiScope,
        decide,
        decision::{Limits, Reason},
        pattern::ScopePattern,
        relation::Relation,
        rule::{Effect, Rule, RuleSet},
        standing::{Standing, Through, roles_in},
    },
    role::{Role, RoleKey, Roles},
    scope::{STANDARD, Scope},
};

const ORGANIZATIONS: [&str; 3] = ["acme", "globex", "initech"];
const ROLES: [&str; 4] = ["admin", "auditor", "robot", "viewer"];

/// Everything that a policy is made of.
#[derive(Clone, Debug)]
struct World {
    rules: Vec<Rule>,
    relations: Vec<Relation>,
    roles: Vec<Role>,
}

/// Everything that a question is made of.
#[derive(Clone, Debug)]
struct Asked {
    acting: Id<Organization>,
    granted: Roles,
    needed: ApiScope,
    token_scope: Scope,
    organizations: Option<Vec<Id<Organization>>>,
    roles: Option<Vec<RoleKey>>,
}

impl World {
    fn policy(&self) -> Policy {
        let rules = RuleSet::new(self.rules.clone()).unwrap();
        Policy::compile(1, rules, &self.relations, &self.roles, []).unwrap()
    }

    fn counts(&self, role: &RoleKey, organization: &Id<Organization>) -> bool {
        self.roles.iter().any(|own| {
            let only = own.organization.as_ref();
            own.key == *role && only.is_none_or(|only| only == organization)
        })
    }

    /// The roles in an organization, as the rule is written down.
    fn held(&self, acting: &Id<Organization>, granted: &Roles) -> BTreeSet<RoleKey> {
        let has = |organization: &Id<Organization>, role: &RoleKey| {
            let keys = granted.get(organization);
            keys.is_some_and(|keys| keys.contains(role)) && self.counts(role, organization)
        };
        let keys = self.roles.iter().map(|role| role.key.clone());
        let direct = keys.filter(|role| has(acting, role));
        let related = self.relations.iter().filter(|relation| {
            relation.managed == *acting
                && has(&relation.manager, &relation.held)
                && self.counts(&relation.acts_as, acting)
        });
        direct
            .chain(related.map(|relation| relation.acts_as.clone()))
            .collect()
    }

    /// The answer, as the rule is written down.
    fn reference(&self, asked: &Asked) -> bool {
        let in_limits = asked
            .organizations
            .as_ref()
            .is_none_or(|only| only.contains(&asked.acting));
        let held = self.held(&asked.acting, &asked.granted);
        let in_use = |role: &RoleKey| asked.roles.as_ref().is_none_or(|only| only.contains(role));
        let matching = |effect: Effect| {
            self.rules.iter().any(|rule| {
                let only = rule.organization.as_ref();
                rule.effect == effect
                    && held.contains(&rule.role)
                    && (effect == Effect::Deny || in_use(&rule.role))
                    && only.is_none_or(|only| *only == asked.acting)
                    && matches(&rule.pattern, &asked.needed)
            })
        };
        let named: Vec<_> = asked
            .token_scope
            .words()
            .filter(|word| !STANDARD.contains(word))
            .collect();
        let in_token = named.is_empty() || named.contains(&asked.needed.as_str());
        in_limits && matching(Effect::Allow) && !matching(Effect::Deny) && in_token
    }
}

impl Asked {
    fn question(&self) -> Question<'_> {
        Question {
            acting: &self.acting,
            granted: &self.granted,
            needed: &self.needed,
            token_scope: &self.token_scope,
            limits: Limits {
                organizations: self.organizations.as_deref(),
                roles: self.roles.as_deref(),
            },
        }
    }

    fn of(&self, policy: &Policy) -> Verdict {
        decide(policy, &self.question())
    }

    fn unlimited(&self) -> Self {
        Self {
            token_scope: Scope::default(),
            organizations: None,
            roles: None,
            ..self.clone()
        }
    }
}

/// Whether a pattern matches, segment by segment.
fn matches(pattern: &ScopePattern, scope: &ApiScope) -> bool {
    let pattern: Vec<_> = pattern.as_str().split('.').collect();
    let scope: Vec<_> = scope.segments().collect();
    match pattern.split_last() {
        Some((&"*", prefix)) => scope.len() > prefix.len() && scope.starts_with(prefix),
        _ => pattern == scope,
    }
}

fn organization() -> impl Strategy<Value = Id<Organization>> {
    select(&ORGANIZATIONS[..]).prop_map(|text| Id::parse(text).unwrap())
}

fn role() -> impl Strategy<Value = RoleKey> {
    select(&ROLES[..]).prop_map(|text| RoleKey::parse(text).unwrap())
}

/// Segments of which some begin like others.
fn scope() -> impl Strategy<Value = ApiScope> {
    vec(select(&["a", "b", "ab"][..]), 2..5)
        .prop_map(|segments| ApiScope::parse(&segments.join(".")).unwrap())
}

fn pattern() -> impl Strategy<Value = ScopePattern> {
    let prefix = vec(select(&["a", "b", "ab"][..]), 0..4).prop_map(|mut segments| {
        segments.push("*");
        ScopePattern::parse(&segments.join(".")).unwrap()
    });
    prop_oneof![prefix, scope().prop_map(|scope| ScopePattern::from(&scope))]
}

fn effect() -> impl Strategy<Value = Effect> {
    prop_oneof![4 => Just(Effect::Allow), 1 => Just(Effect::Deny)]
}

fn rule() -> impl Strategy<Value = Rule> {
    let only = option::weighted(0.3, organization());
    (role(), pattern(), effect(), only).prop_map(|(role, pattern, effect, organization)| Rule {
        role,
        pattern,
        effect,
        organization,
    })
}

fn relation() -> impl Strategy<Value = Relation> {
    (organization(), role(), organization(), role()).prop_map(
        |(manager, held, managed, acts_as)| Relation {
            manager,
            held,
            managed,
            acts_as,
        },
    )
}

/// Each role is defined for all, for one organization, or not at all.
fn roles() -> impl Strategy<Value = Vec<Role>> {
    let one = prop_oneof![
        4 => Just(Some(None)),
        1 => organization().prop_map(|only| Some(Some(only))),
        1 => Just(None),
    ];
    vec(one, ROLES.len()).prop_map(|all| {
        let defined = ROLES.into_iter().zip(all);
        let defined = defined.filter_map(|(text, only)| {
            Some(Role {
                key: RoleKey::parse(text).unwrap(),
                name: text.to_uppercase(),
                organization: only?,
            })
        });
        defined.collect()
    })
}

fn world() -> impl Strategy<Value = World> {
    (vec(rule(), 0..12), vec(relation(), 0..5), roles()).prop_map(|(rules, relations, roles)| {
        World {
            rules,
            relations,
            roles,
        }
    })
}

fn granted() -> impl Strategy<Value = Roles> {
    vec((organization(), role()), 0..5).prop_map(|grants| {
        let mut roles = Roles::new();
        for (organization, role) in grants {
            roles.entry(organization).or_default().push(role);
        }
        roles
    })
}

fn token_scope() -> impl Strategy<Value = Scope> {
    let word = prop_oneof![
        3 => select(&STANDARD[..]).prop_map(str::to_owned),
        2 => scope().prop_map(|scope| scope.to_string()),
        1 => select(&["*", "a.*", "read:a"][..]).prop_map(str::to_owned),
    ];
    vec(word, 0..4).prop_map(|words| Scope::parse(&words.join(" ")).unwrap())
}

fn asked() -> impl Strategy<Value = Asked> {
    let limits = (
        option::weighted(0.2, vec(organization(), 0..3)),
        option::weighted(0.2, vec(role(), 0..3)),
    );
    (organization(), granted(), scope(), token_scope(), limits).prop_map(
        |(acting, granted, needed, token_scope, (organizations, roles))| Asked {
            acting,
            granted,
            needed,
            token_scope,
            organizations,
            roles,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_compiled_policy_answers_as_the_rule_is_written(world in world(), asked in asked()) {
        let policy = world.policy();
        let verdict = asked.of(&policy);
        prop_assert_eq!(verdict.allow, world.reference(&asked), "{:?}", verdict);
        prop_assert_eq!(policy.allows(&asked.question()), verdict.allow, "{:?}", verdict);
        prop_assert_eq!(verdict.allow, verdict.reason == Reason::Allowed);
    }

    #[test]
    fn a_verdict_names_all_roles_and_rules_that_decided(world in world(), asked in asked()) {
        let asked = asked.unlimited();
        let verdict = asked.of(&world.policy());
        let held = world.held(&asked.acting, &asked.granted);
        let named: BTreeSet<_> = verdict.roles.iter().map(|held| held.role.clone()).collect();
        prop_assert_eq!(&named, &held);
        let wanted = match verdict.reason {
            Reason::Allowed => Some(Effect::Allow),
            Reason::DeniedByRule => Some(Effect::Deny),
            _ => None,
        };
        let decided = world.rules.iter().filter(|rule| {
            wanted == Some(rule.effect)
                && held.contains(&rule.role)
                && rule.organization.as_ref().is_none_or(|only| *only == asked.acting)
                && matches(&rule.pattern, &asked.needed)
        });
        let decided: BTreeSet<_> = decided.cloned().collect();
        prop_assert_eq!(verdict.rules, Vec::from_iter(decided));
    }

    #[test]
    fn a_rule_that_denies_wins(world in world(), asked in asked(), place in any::<prop::sample::Index>()) {
        let held = world.held(&asked.acting, &asked.granted);
        if held.is_empty() {
            return Ok(());
        }
        let mut denying = world.clone();
        denying.rules.push(Rule {
            role: held.iter().nth(place.index(held.len())).unwrap().clone(),
            pattern: ScopePattern::from(&asked.needed),
            effect: Effect::Deny,
            organization: None,
        });
        let verdict = asked.unlimited().of(&denying.policy());
        prop_assert_eq!(verdict.reason, Reason::DeniedByRule);
    }

    #[test]
    fn order_and_repetition_do_not_matter(
        (world, shuffled) in world().prop_flat_map(|world| {
            let twice = |rules: &[Rule]| [rules, rules].concat();
            let shuffled = (
                Just(twice(&world.rules)).prop_shuffle(),
                Just(world.relations.clone()).prop_shuffle(),
                Just(world.roles.clone()).prop_shuffle(),
            );
            (Just(world), shuffled)
        }),
        asked in asked(),
    ) {
        let (rules, relations, roles) = shuffled;
        let other = World { rules, relations, roles };
        let mut turned = asked.clone();
        turned.granted.values_mut().for_each(|keys| keys.reverse());
        prop_assert_eq!(asked.of(&world.policy()), turned.of(&other.policy()));
    }

    #[test]
    fn a_rule_that_allows_takes_nothing_and_one_that_denies_gives_nothing(
        world in world(),
        asked in asked(),
        rule in rule(),
    ) {
        let before = asked.of(&world.policy()).allow;
        let mut more = world.clone();
        let effect = rule.effect;
        more.rules.push(rule);
        let after = asked.of(&more.policy()).allow;
        match effect {
            Effect::Allow => prop_assert!(after || !before),
            Effect::Deny => prop_assert!(before || !after),
        }
    }

    #[test]
    fn a7_5_a_limited_token_is_good_for_nothing_that_an_unlimited_one_is_not(
        world in world(),
        asked in asked(),
    ) {
        let policy = world.policy();
        prop_assert!(!asked.of(&policy).allow || asked.unlimited().of(&policy).allow);
    }

    #[test]
    fn an_organization_that_does_not_exist_is_like_one_without_roles(
        mut world in world(),
        mut asked in asked(),
    ) {
        asked.granted.remove(&asked.acting);
        world.relations.retain(|relation| relation.managed != asked.acting);
        asked.organizations = None;
        let policy = world.policy();
        let unknown = Asked { acting: Id::parse("no-such").unwrap(), ..asked.clone() };
        let verdict = asked.of(&policy);
        prop_assert_eq!(verdict.reason, Reason::NoRoleInOrganization);
        let as_if = Verdict { acting: unknown.acting.clone(), ..verdict };
        prop_assert_eq!(unknown.of(&policy), as_if);
    }

    #[test]
    fn a_pattern_matches_whole_segments(pattern in pattern(), scope in scope()) {
        prop_assert_eq!(pattern.matches(&scope), matches(&pattern, &scope));
    }

    #[test]
    fn no_text_that_is_read_as_a_pattern_matches_a_scope_of_openid_connect(
        text in "[a-z_.*]{0,20}|openid|[a-z]{1,6}(\\.[a-z*]{1,6}){0,40}|\\PC{0,20}",
    ) {
        if let Ok(pattern) = ScopePattern::parse(&text) {
            prop_assert_eq!(pattern.as_str(), text.as_str());
            prop_assert!(!STANDARD.contains(&pattern.as_str()));
            prop_assert!(text.len() <= 128 && text.split('.').count() <= 32);
        }
        if let Ok(scope) = ApiScope::parse(&text) {
            prop_assert!(ScopePattern::from(&scope).matches(&scope));
            prop_assert!(!STANDARD.contains(&scope.as_str()));
            prop_assert!(Scope::parse(&text).unwrap().contains(&text));
        }
    }

    #[test]
    fn relations_lead_one_step_and_no_further_whatever_their_cycles(
        world in world(),
        granted in granted(),
        acting in organization(),
    ) {
        // From every organization to every other and back, with every role for every role.
        let mut dense = Vec::new();
        for (manager, managed) in ORGANIZATIONS.iter().flat_map(|a| ORGANIZATIONS.map(|b| (*a, b))) {
            for (held, acts_as) in ROLES.iter().flat_map(|a| ROLES.map(|b| (*a, b))) {
                dense.push(Relation {
                    manager: Id::parse(manager).unwrap(),
                    held: RoleKey::parse(held).unwrap(),
                    managed: Id::parse(managed).unwrap(),
                    acts_as: RoleKey::parse(acts_as).unwrap(),
                });
            }
        }
        for relations in [world.relations.clone(), dense] {
            let world = World { relations, ..world.clone() };
            let standing = Standing::new(&world.relations, &world.roles).unwrap();
            let held = roles_in(&acting, &granted, &standing);
            for one in &held {
                let (from, role) = match &one.through {
                    Through::Grant => (&acting, &one.role),
                    Through::Relation { manager, held } => (manager, held),
                };
                prop_assert!(granted[from].contains(role), "{:?} without a grant", one);
            }
            let keys: BTreeSet<_> = held.into_iter().map(|held| held.role).collect();
            prop_assert_eq!(&keys, &world.held(&acting, &granted));
            let reached = standing.organizations(&granted).contains(&acting);
            prop_assert_eq!(reached, !keys.is_empty());
        }
    }

    #[test]
    fn rule_sets_with_the_same_rules_are_equal_and_written_equal(
        (rules, shuffled) in vec(rule(), 0..12)
            .prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle())),
        other in vec(rule(), 0..12),
    ) {
        let (one, same) = (RuleSet::new(rules).unwrap(), RuleSet::new(shuffled).unwrap());
        prop_assert_eq!(&one, &same);
        let written = serde_json::to_string(&one).unwrap();
        prop_assert_eq!(serde_json::to_string(&same).unwrap(), written.clone());
        prop_assert_eq!(&serde_json::from_str::<RuleSet>(&written).unwrap(), &one);

        let other = RuleSet::new(other).unwrap();
        let difference = one.difference(&other);
        let mut patched: BTreeMap<_, _> = one.iter().map(|rule| (rule.clone(), ())).collect();
        for rule in &difference.removed {
            prop_assert!(patched.remove(rule).is_some());
        }
        for rule in &difference.added {
            prop_assert!(patched.insert(rule.clone(), ()).is_none());
        }
        prop_assert_eq!(RuleSet::new(patched.into_keys()).unwrap(), other);
    }
}
