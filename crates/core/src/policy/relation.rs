//! Standing relations between organizations: a platform that manages its customers.
//!
//! Whoever was *granted* the role `held` in the organization `manager` acts as `acts_as` in the
//! organization `managed`, without a grant per person.
//!
//! One step only: a role that somebody has through a relation opens no further relation. So chains
//! and cycles of relations are harmless, and whoever reads a relation sees all it does: if acme
//! manages globex and globex manages acme, the people of each act in the other, and that is all.
//!
//! Left out: relations of relations, and relations between people.

use serde::{Deserialize, Serialize};

use crate::{id::Id, organization::Organization, role::RoleKey};

/// Those who hold `held` in `manager` act as `acts_as` in `managed`.
///
/// Whether an organization is active is not known here: relations from or to one that is disabled
/// have to be left out before a policy is compiled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Relation {
    /// Where they were granted a role.
    pub manager: Id<Organization>,
    /// Which role.
    pub held: RoleKey,
    /// Where they may act because of it.
    pub managed: Id<Organization>,
    /// As what.
    pub acts_as: RoleKey,
}
