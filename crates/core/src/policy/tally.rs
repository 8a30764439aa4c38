//! What a change does, counted and listed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    id::Id, organization::Organization, policy::api_scope::ApiScope, role::RoleKey,
    subject::Subject,
};

/// What a change does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Effects {
    /// What is allowed afterwards and was not before.
    pub gains: Tally,
    /// What was allowed before and is not afterwards.
    pub loses: Tally,
}

/// One side of a change, counted completely and listed up to the limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many subjects are affected in any organization.
    pub subjects: u64,
    /// How many subjects are affected in each organization.
    pub by_organization: BTreeMap<Id<Organization>, u64>,
    /// For each role: how often a subject in an organization is affected because of it. For gains,
    /// these are the roles that a rule allows afterwards; for losses, those that one allowed before.
    pub by_role: BTreeMap<RoleKey, u64>,
    /// How often a subject in an organization is affected, for each scope.
    pub by_scope: BTreeMap<ApiScope, u64>,
    /// The first that were seen.
    pub listed: Vec<Affected>,
    /// Whether there are more than are listed.
    pub truncated: bool,
}

/// A subject that is affected in an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Affected {
    /// Who.
    pub subject: Id<Subject>,
    /// Acting where.
    pub organization: Id<Organization>,
    /// Because of which roles.
    pub roles: Vec<RoleKey>,
    /// What they gain or lose.
    pub scopes: Vec<ApiScope>,
}

impl Tally {
    /// Counts a subject that gains or loses something in an organization, and lists it if there is
    /// room.
    pub(super) fn add(
        &mut self,
        subject: &Id<Subject>,
        organization: &Id<Organization>,
        roles: &[RoleKey],
        scopes: &[ApiScope],
        limit: usize,
    ) {
        count(&mut self.by_organization, organization);
        roles.iter().for_each(|role| count(&mut self.by_role, role));
        scopes
            .iter()
            .for_each(|scope| count(&mut self.by_scope, scope));
        if self.listed.len() < limit {
            self.listed.push(Affected {
                subject: subject.clone(),
                organization: organization.clone(),
                roles: roles.to_vec(),
                scopes: scopes.to_vec(),
            });
        } else {
            self.truncated = true;
        }
    }
}

fn count<K: Clone + Ord>(counts: &mut BTreeMap<K, u64>, key: &K) {
    match counts.get_mut(key) {
        Some(known) => *known += 1,
        None => drop(counts.insert(key.clone(), 1)),
    }
}
