//! As what somebody counts in an organization: the roles granted there, and those that come through
//! a [`Relation`].
//!
//! A role counts when it is defined, and is not private to another organization. A role that is
//! granted but no longer defined counts for nothing: whoever deletes a role takes it from everybody.
//!
//! A relation is looked up from the roles that were *granted* in the managing organization, never
//! from those that came through another relation.
//!
//! Left out: roles that include other roles. Two rules say the same, in the place where one looks.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{BuildHasherDefault, DefaultHasher},
};

use serde::Serialize;

use crate::{
    id::Id,
    organization::Organization,
    policy::relation::Relation,
    role::{Role, RoleKey, Roles},
};

/// A role that counts, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Held {
    /// Which.
    pub role: RoleKey,
    /// Why.
    pub through: Through,
}

/// Why a role counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Through {
    /// It was granted there.
    Grant,
    /// Another organization manages this one.
    Relation {
        /// Which.
        manager: Id<Organization>,
        /// The role that was granted there.
        held: RoleKey,
    },
}

/// One key means two roles: it is defined twice for the same organization, or both for all and for
/// one. The private one would be granted by an organization and obey the rules of the other.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the role {0} is defined twice; give one of the two another key")]
pub struct RoleDefinedTwice(pub RoleKey);

/// Roles and relations, indexed.
#[derive(Clone, Debug)]
pub struct Standing {
    roles: Vec<DefinedRole>,
    /// Hashed, so that ten thousand organizations take no longer than ten. The hasher has a fixed
    /// key, as there is no randomness in here: only administrators make organizations, and what a
    /// request names is looked up and never put in.
    by_managed: HashMap<Id<Organization>, Vec<Inbound>, BuildHasherDefault<DefaultHasher>>,
    by_manager: BTreeMap<Id<Organization>, BTreeMap<RoleKey, Vec<Outbound>>>,
}

/// A role by its place among the defined ones. Valid for the [`Standing`] that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RoleIndex(pub(super) usize);

/// A relation, seen from the managed organization.
#[derive(Clone, Debug)]
pub(super) struct Inbound {
    pub(super) manager: Id<Organization>,
    pub(super) held: RoleKey,
    pub(super) acts_as: RoleIndex,
}

/// A relation, seen from the managing organization.
#[derive(Clone, Debug)]
struct Outbound {
    managed: Id<Organization>,
    acts_as: RoleKey,
}

#[derive(Clone, Debug)]
struct DefinedRole {
    key: RoleKey,
    /// Where it counts. `None`: everywhere.
    only: Option<BTreeSet<Id<Organization>>>,
}

/// The roles that somebody with these granted roles has in the organization `acting`, sorted, each
/// with every way in which it came about. `granted` are the roles of grants that have not expired
/// ([`crate::policy::expiry`]), in active organizations.
pub fn roles_in(acting: &Id<Organization>, granted: &Roles, standing: &Standing) -> Vec<Held> {
    let all: BTreeSet<_> = standing
        .held(acting, granted)
        .filter_map(|(role, relation)| {
            Some(Held {
                role: standing.key(role)?.clone(),
                through: relation.map_or(Through::Grant, |relation| Through::Relation {
                    manager: relation.manager.clone(),
                    held: relation.held.clone(),
                }),
            })
        })
        .collect();
    all.into_iter().collect()
}

impl Standing {
    /// Indexes relations and definitions of roles. A relation with a role that does not count where
    /// the relation needs it is left aside: it would do nothing.
    ///
    /// # Errors
    /// [`RoleDefinedTwice`].
    pub fn new(relations: &[Relation], definitions: &[Role]) -> Result<Self, RoleDefinedTwice> {
        let mut standing = Self {
            roles: defined(definitions)?,
            by_managed: HashMap::default(),
            by_manager: BTreeMap::new(),
        };
        for relation in relations.iter().collect::<BTreeSet<_>>() {
            let held = standing.counting(&relation.held, &relation.manager);
            let acts_as = standing.counting(&relation.acts_as, &relation.managed);
            let (Some(_), Some(acts_as)) = (held, acts_as) else {
                continue;
            };
            let inbound = standing.by_managed.entry(relation.managed.clone());
            inbound.or_default().push(Inbound {
                manager: relation.manager.clone(),
                held: relation.held.clone(),
                acts_as,
            });
            let outbound = standing.by_manager.entry(relation.manager.clone());
            let outbound = outbound.or_default().entry(relation.held.clone());
            outbound.or_default().push(Outbound {
                managed: relation.managed.clone(),
                acts_as: relation.acts_as.clone(),
            });
        }
        Ok(standing)
    }

    /// The organizations in which somebody with these granted roles counts as anything.
    pub fn organizations(&self, granted: &Roles) -> BTreeSet<Id<Organization>> {
        let mut all = BTreeSet::new();
        for (organization, keys) in granted {
            if keys
                .iter()
                .any(|key| self.counting(key, organization).is_some())
            {
                all.insert(organization.clone());
            }
            let by_role = self.by_manager.get(organization);
            let opened = keys.iter().filter_map(|key| by_role?.get(key)).flatten();
            all.extend(opened.map(|relation| relation.managed.clone()));
        }
        all
    }

    /// The roles in `acting`, with the relation each came through. A role may come twice.
    pub(super) fn held<'a>(
        &'a self,
        acting: &'a Id<Organization>,
        granted: &'a Roles,
    ) -> impl Iterator<Item = (RoleIndex, Option<&'a Inbound>)> {
        let direct = granted.get(acting).into_iter().flatten();
        let direct = direct.filter_map(|key| Some((self.counting(key, acting)?, None)));
        let relations = self.by_managed.get(acting).into_iter().flatten();
        let related = relations.filter(|relation| {
            let keys = granted.get(&relation.manager);
            keys.is_some_and(|keys| keys.contains(&relation.held))
        });
        direct.chain(related.map(|relation| (relation.acts_as, Some(relation))))
    }

    /// The roles that count in the organization.
    pub(super) fn all_counting<'a>(
        &'a self,
        organization: &'a Id<Organization>,
    ) -> impl Iterator<Item = (RoleIndex, &'a RoleKey)> {
        let keys = self.roles.iter().map(|role| &role.key);
        keys.filter_map(move |key| Some((self.counting(key, organization)?, key)))
    }

    /// The relations that give roles in this organization.
    pub(super) fn inbound(&self, managed: &Id<Organization>) -> impl Iterator<Item = &Inbound> {
        self.by_managed.get(managed).into_iter().flatten()
    }

    /// The role of this key, if it counts in the organization.
    pub(super) fn counting(
        &self,
        key: &RoleKey,
        organization: &Id<Organization>,
    ) -> Option<RoleIndex> {
        let index = self.index(key)?;
        let only = &self.roles.get(index.0)?.only;
        let counts = only.as_ref().is_none_or(|only| only.contains(organization));
        counts.then_some(index)
    }

    pub(super) fn index(&self, key: &RoleKey) -> Option<RoleIndex> {
        let place = self.roles.binary_search_by(|role| role.key.cmp(key)).ok()?;
        Some(RoleIndex(place))
    }

    pub(super) fn key(&self, role: RoleIndex) -> Option<&RoleKey> {
        self.roles.get(role.0).map(|role| &role.key)
    }

    pub(super) fn count(&self) -> usize {
        self.roles.len()
    }

    /// The keys of roles that do not count in the same organizations here and there.
    pub(super) fn redefined(&self, other: &Self) -> BTreeSet<RoleKey> {
        let set = |standing: &Self| -> BTreeSet<_> {
            let roles = standing.roles.iter();
            roles
                .map(|role| (role.key.clone(), role.only.clone()))
                .collect()
        };
        let (own, others) = (set(self), set(other));
        own.symmetric_difference(&others)
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// The roles that are defined, each with the one organization in which it counts, if not in all.
    pub(super) fn definitions(
        &self,
    ) -> impl Iterator<Item = (&RoleKey, Option<&Id<Organization>>)> {
        self.roles.iter().flat_map(|role| {
            let everywhere = role.only.is_none().then_some((&role.key, None));
            let own = role.only.iter().flatten();
            everywhere
                .into_iter()
                .chain(own.map(|organization| (&role.key, Some(organization))))
        })
    }

    /// The relations that work, as they were given.
    pub(super) fn relations(&self) -> impl Iterator<Item = Relation> {
        self.by_manager.iter().flat_map(|(manager, by_role)| {
            by_role.iter().flat_map(move |(held, relations)| {
                relations.iter().map(move |relation| Relation {
                    manager: manager.clone(),
                    held: held.clone(),
                    managed: relation.managed.clone(),
                    acts_as: relation.acts_as.clone(),
                })
            })
        })
    }
}

fn defined(definitions: &[Role]) -> Result<Vec<DefinedRole>, RoleDefinedTwice> {
    let mut roles: BTreeMap<_, Option<BTreeSet<_>>> = BTreeMap::new();
    for definition in definitions {
        let only = &definition.organization;
        let twice = match (roles.get_mut(&definition.key), only) {
            (None, only) => {
                let only = only.clone().map(|only| BTreeSet::from([only]));
                roles.insert(definition.key.clone(), only);
                false
            }
            // Organizations choose the keys of their private roles without knowing of each other.
            (Some(Some(known)), Some(only)) => !known.insert(only.clone()),
            (Some(_), _) => true,
        };
        if twice {
            return Err(RoleDefinedTwice(definition.key.clone()));
        }
    }
    let roles = roles.into_iter();
    Ok(roles.map(|(key, only)| DefinedRole { key, only }).collect())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn key(text: &str) -> RoleKey {
        RoleKey::parse(text).unwrap()
    }

    fn organization(text: &str) -> Id<Organization> {
        Id::parse(text).unwrap()
    }

    fn role(name: &str, only: Option<&str>) -> Role {
        Role {
            key: key(name),
            name: name.into(),
            organization: only.map(organization),
        }
    }

    /// `acme/admin -> globex/viewer`.
    fn relation(text: &str) -> Relation {
        let (from, to) = text.split_once(" -> ").unwrap();
        let ((manager, held), (managed, acts_as)) =
            (from.split_once('/').unwrap(), to.split_once('/').unwrap());
        Relation {
            manager: organization(manager),
            held: key(held),
            managed: organization(managed),
            acts_as: key(acts_as),
        }
    }

    fn standing(relations: &[&str]) -> Standing {
        let relations: Vec<_> = relations.iter().map(|text| relation(text)).collect();
        let roles = [
            role("admin", None),
            role("viewer", None),
            role("auditor", Some("acme")),
        ];
        Standing::new(&relations, &roles).unwrap()
    }

    fn granted(roles: &[(&str, &[&str])]) -> Roles {
        let keys = |keys: &[&str]| keys.iter().map(|text| key(text)).collect();
        roles
            .iter()
            .map(|(id, held)| (organization(id), keys(held)))
            .collect()
    }

    fn seen(acting: &str, roles: &Roles, standing: &Standing) -> Vec<String> {
        let held = roles_in(&organization(acting), roles, standing);
        let text = |held: Held| match held.through {
            Through::Grant => held.role.to_string(),
            Through::Relation {
                manager,
                held: role,
            } => {
                format!("{} by {role} in {manager}", held.role)
            }
        };
        held.into_iter().map(text).collect()
    }

    #[test]
    fn only_roles_of_the_acting_organization_count() {
        let (standing, roles) = (standing(&[]), granted(&[("acme", &["viewer", "admin"])]));
        assert_eq!(seen("acme", &roles, &standing), ["admin", "viewer"]);
        assert!(seen("globex", &roles, &standing).is_empty());
        assert!(seen("no-such-organization", &roles, &standing).is_empty());
    }

    #[test]
    fn a_relation_gives_its_role_to_those_who_were_granted_the_other() {
        let standing = standing(&["acme/admin -> globex/viewer", "acme/viewer -> globex/admin"]);
        let admin = granted(&[("acme", &["admin"]), ("globex", &["viewer"])]);
        assert_eq!(
            seen("globex", &admin, &standing),
            ["viewer", "viewer by admin in acme"]
        );
        let elsewhere = granted(&[("initech", &["admin"])]);
        assert!(seen("globex", &elsewhere, &standing).is_empty());
    }

    #[test]
    fn a_role_through_a_relation_opens_no_further_one() {
        let standing = standing(&[
            "acme/admin -> globex/admin",
            "globex/admin -> initech/admin",
            "initech/admin -> acme/admin",
            "globex/admin -> globex/viewer",
        ]);
        let roles = granted(&[("acme", &["admin"])]);
        assert_eq!(seen("acme", &roles, &standing), ["admin"]);
        assert_eq!(
            seen("globex", &roles, &standing),
            ["admin by admin in acme"]
        );
        assert!(seen("initech", &roles, &standing).is_empty());
        let organizations = standing.organizations(&roles);
        assert_eq!(organizations, ["acme", "globex"].map(organization).into());
    }

    #[test]
    fn a_role_private_to_one_organization_counts_in_no_other() {
        let standing = standing(&[
            "globex/auditor -> acme/admin",
            "globex/admin -> initech/auditor",
            "globex/admin -> acme/auditor",
        ]);
        let roles = granted(&[("acme", &["auditor"]), ("globex", &["auditor", "admin"])]);
        assert_eq!(
            seen("acme", &roles, &standing),
            ["auditor", "auditor by admin in globex"]
        );
        assert_eq!(seen("globex", &roles, &standing), ["admin"]);
        assert!(seen("initech", &roles, &standing).is_empty());
    }

    #[test]
    fn a_role_that_is_not_defined_counts_for_nothing() {
        let standing = standing(&[
            "acme/deleted -> globex/admin",
            "acme/admin -> globex/deleted",
        ]);
        let roles = granted(&[("acme", &["admin", "deleted"]), ("globex", &["deleted"])]);
        assert_eq!(seen("acme", &roles, &standing), ["admin"]);
        assert!(seen("globex", &roles, &standing).is_empty());
        assert_eq!(
            standing.organizations(&roles),
            [organization("acme")].into()
        );
    }

    #[test]
    fn a_key_means_one_role() {
        let refused = |definitions: &[Role]| Standing::new(&[], definitions).is_err();
        assert!(refused(&[role("a", None), role("a", None)]));
        assert!(refused(&[role("a", None), role("a", Some("acme"))]));
        assert!(refused(&[role("a", Some("acme")), role("a", None)]));
        assert!(refused(&[role("a", Some("acme")), role("a", Some("acme"))]));
        assert!(!refused(&[
            role("a", Some("acme")),
            role("a", Some("globex"))
        ]));
    }
}
