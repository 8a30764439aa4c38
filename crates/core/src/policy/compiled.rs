//! A policy, indexed for speed: immutable, made once for each version, shared by all who decide.
//!
//! For each role there is a list of the patterns its rules name, sorted by number. A walk along the
//! segments of a scope gives the numbers of all patterns that match it; a search for each in the
//! lists of the roles that are held gives the rules. Neither the number of organizations, subjects
//! and grants nor the number of rules of other roles matters.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    id::Id,
    organization::Organization,
    policy::{
        api::{Api, Endpoint},
        api_scope::ApiScope,
        decision::Question,
        path::{PathRefusal, RequestPath},
        pattern_index::{Matched, PatternId, PatternIndex},
        relation::Relation,
        rule::{Effect, RuleSet},
        standing::{RoleDefinedTwice, RoleIndex, Standing},
    },
    role::{Role, Roles},
};

/// Rules, roles, relations and APIs of one version.
#[derive(Clone)]
pub struct Policy {
    version: u64,
    rules: RuleSet,
    standing: Standing,
    patterns: PatternIndex,
    /// In the order of the roles of `standing`.
    by_role: Vec<RoleRules>,
    /// Organizations for which any rule holds in particular.
    particular: BTreeSet<Id<Organization>>,
    apis: BTreeMap<Id<Api>, Api>,
    /// Every scope that an API defines.
    defined: BTreeSet<ApiScope>,
}

/// Why no policy comes of what was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Two APIs have the same audience.
    #[error("two APIs have the audience {0}; give one of them another")]
    AudienceTwice(Id<Api>),
    /// Two roles have the same key.
    #[error(transparent)]
    RoleDefinedTwice(#[from] RoleDefinedTwice),
}

/// An endpoint, and whose it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Located<'a> {
    /// The API: tokens for it name its audience.
    pub api: &'a Api,
    /// What was called.
    pub endpoint: &'a Endpoint,
}

/// The rules of one role.
#[derive(Clone, Debug, Default)]
struct RoleRules {
    everywhere: Vec<Entry>,
    particular: BTreeMap<Id<Organization>, Vec<Entry>>,
}

/// A rule of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pattern: PatternId,
    pub(super) effect: Effect,
    /// Its place in the canonical order.
    pub(super) rule: usize,
}

/// Whether a role is among those that a token is limited to.
#[derive(Clone, Copy, Debug)]
pub(super) struct InUse(pub(super) bool);

impl Policy {
    /// Makes a policy. A rule about a role that is not defined does nothing, and neither does a
    /// relation with one; both may stay while a role is replaced.
    ///
    /// `relations` are those between active organizations. `version` is what verdicts and bundles
    /// call this policy.
    ///
    /// # Errors
    /// [`PolicyError`] when a key or an audience means two things.
    pub fn compile(
        version: u64,
        rules: RuleSet,
        relations: &[Relation],
        roles: &[Role],
        apis: impl IntoIterator<Item = Api>,
    ) -> Result<Self, PolicyError> {
        let standing = Standing::new(relations, roles)?;
        let mut by_audience = BTreeMap::new();
        for api in apis {
            if let Some(other) = by_audience.insert(api.audience().clone(), api) {
                return Err(PolicyError::AudienceTwice(other.audience().clone()));
            }
        }
        let mut patterns = PatternIndex::default();
        let mut by_role = vec![RoleRules::default(); standing.count()];
        let mut particular = BTreeSet::new();
        for (place, rule) in rules.iter().enumerate() {
            let index = standing.index(&rule.role);
            let Some(own) = index.and_then(|index| by_role.get_mut(index.0)) else {
                continue;
            };
            let entry = Entry {
                pattern: patterns.insert(&rule.pattern),
                effect: rule.effect,
                rule: place,
            };
            match &rule.organization {
                None => own.everywhere.push(entry),
                Some(organization) => {
                    particular.insert(organization.clone());
                    let own = own.particular.entry(organization.clone());
                    own.or_default().push(entry);
                }
            }
        }
        for own in &mut by_role {
            own.everywhere.sort_unstable();
            own.particular
                .values_mut()
                .for_each(|list| list.sort_unstable());
        }
        Ok(Self {
            version,
            rules,
            standing,
            patterns,
            by_role,
            particular,
            defined: defined(&by_audience),
            apis: by_audience,
        })
    }

    /// Which version this is.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The rules.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Roles and relations.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// The APIs, by audience.
    pub fn apis(&self) -> impl ExactSizeIterator<Item = &Api> {
        self.apis.values()
    }

    /// The API of this audience.
    pub fn api(&self, audience: &Id<Api>) -> Option<&Api> {
        self.apis.get(audience)
    }

    /// Every scope that an API defines, each once, sorted.
    pub fn scopes(&self) -> BTreeSet<&ApiScope> {
        self.defined.iter().collect()
    }

    /// Whether an API defines the scope.
    pub fn defines(&self, scope: &ApiScope) -> bool {
        self.defined.contains(scope)
    }

    /// The organizations in which somebody with these granted roles counts as anything.
    pub fn organizations(&self, granted: &Roles) -> BTreeSet<Id<Organization>> {
        self.standing.organizations(granted)
    }

    /// What is called, in the API of the audience or, without one, in any. An API that is not known
    /// has no endpoint.
    ///
    /// # Errors
    /// [`PathRefusal::NoSuchEndpoint`]; [`PathRefusal::LookAlike`]; and, without an audience,
    /// [`PathRefusal::AmbiguousEndpoint`] when several APIs have one.
    pub fn endpoint(
        &self,
        audience: Option<&Id<Api>>,
        method: &str,
        path: RequestPath<'_>,
    ) -> Result<Located<'_>, PathRefusal> {
        let mut found = None;
        let candidates: &mut dyn Iterator<Item = &Api> = match audience {
            Some(audience) => &mut self.apis.get(audience).into_iter(),
            None => &mut self.apis.values(),
        };
        for api in candidates {
            match api.endpoint(method, path) {
                Ok(_) if found.is_some() => return Err(PathRefusal::AmbiguousEndpoint),
                Ok(endpoint) => found = Some(Located { api, endpoint }),
                Err(PathRefusal::NoSuchEndpoint) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        found.ok_or(PathRefusal::NoSuchEndpoint)
    }

    /// The `allow` of [`crate::policy::decide`], without the reason. Allocates nothing.
    pub fn allows(&self, question: &Question<'_>) -> bool {
        if !question.is_for_acting_organization() || !question.is_for_needed_scope() {
            return false;
        }
        let matched = self.matching(question.needed);
        self.weigh(self.counted(question), question.acting, &matched)
    }

    /// Whether the rules of these roles, taken together, allow. A role that is not in use can only
    /// deny.
    pub(super) fn weigh(
        &self,
        roles: impl Iterator<Item = (RoleIndex, InUse)>,
        acting: &Id<Organization>,
        matched: &Matched,
    ) -> bool {
        let mut allowed = false;
        for (role, in_use) in roles {
            for entry in self.entries(role, acting, matched) {
                match entry.effect {
                    Effect::Allow => allowed |= in_use.0,
                    Effect::Deny => return false,
                }
            }
        }
        allowed
    }

    /// The rules of a role that hold in the acting organization and match.
    pub(super) fn entries<'a>(
        &'a self,
        role: RoleIndex,
        acting: &Id<Organization>,
        matched: &'a Matched,
    ) -> impl Iterator<Item = Entry> + use<'a> {
        let own = self.by_role.get(role.0);
        let everywhere = own.map(|own| own.everywhere.as_slice());
        let particular = own
            .and_then(|own| own.particular.get(acting))
            .map(Vec::as_slice);
        let lists = [everywhere, particular].into_iter().flatten();
        lists.flat_map(|list| {
            let patterns = matched.as_slice().iter();
            patterns.flat_map(|pattern| {
                let start = list.partition_point(|entry| entry.pattern < *pattern);
                let rest = list.get(start..).unwrap_or_default().iter();
                rest.take_while(|entry| entry.pattern == *pattern).copied()
            })
        })
    }

    /// The numbers of the patterns that match a scope.
    pub(super) fn matching(&self, scope: &ApiScope) -> Matched {
        self.patterns.matching(scope)
    }

    /// The roles that the subject of the question has, and whether the token may use them. One may
    /// come twice.
    pub(super) fn counted<'a>(
        &'a self,
        question: &Question<'a>,
    ) -> impl Iterator<Item = (RoleIndex, InUse)> + use<'a> {
        let only = question.limits.roles;
        let held = self.standing.held(question.acting, question.granted);
        held.map(move |(role, _)| {
            let within = |only: &[_]| {
                let key = self.standing.key(role);
                key.is_some_and(|key| only.contains(key))
            };
            (role, InUse(only.is_none_or(within)))
        })
    }

    /// Whether any rule holds in this organization in particular.
    pub(super) fn has_particular_rules(&self, organization: &Id<Organization>) -> bool {
        self.particular.contains(organization)
    }
}

fn defined(apis: &BTreeMap<Id<Api>, Api>) -> BTreeSet<ApiScope> {
    let scopes = apis.values().flat_map(Api::scopes);
    scopes.map(|definition| definition.scope.clone()).collect()
}

impl fmt::Debug for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Policy")
            .field("version", &self.version)
            .field("rules", &self.rules.len())
            .field("roles", &self.standing.count())
            .field("apis", &self.apis.len())
            .finish_non_exhaustive()
    }
}
