//! The roles that people and machine users of a declared state hold.

use std::collections::{BTreeMap, BTreeSet};

use symbolon_core::{
    id::Id, organization::Organization, role::RoleKey, subject::Subject, time::Timestamp,
};

use super::{Maker, Step};
use crate::{
    form::{RolesForm, StateError},
    utc,
};

type Held = BTreeMap<RoleKey, Option<Timestamp>>;

impl Maker<'_> {
    pub(super) async fn grants(
        &mut self,
        kind: &str,
        name: &str,
        subject: &Id<Subject>,
        declared: &RolesForm,
    ) -> Result<(), StateError> {
        let mut old: BTreeMap<Id<Organization>, Held> = BTreeMap::new();
        for grant in self
            .storage
            .role_grants_between(subject.as_str(), subject.as_str())
            .await?
        {
            let held = old.entry(grant.organization).or_default();
            held.insert(grant.role, grant.expires_at);
        }
        let mut new: BTreeMap<Id<Organization>, Held> = BTreeMap::new();
        for (organization, grants) in declared {
            self.check_organization(kind, name, organization)?;
            let held = new.entry(organization.clone()).or_default();
            for grant in grants {
                self.check_role(kind, name, grant.role(), organization)?;
                if held.insert(grant.role().clone(), grant.end()).is_some() {
                    let why = format!("has the role {} twice in {organization}", grant.role());
                    return Err(StateError::noun(kind, name, why));
                }
            }
        }
        let organizations: BTreeSet<_> = new.keys().chain(old.keys()).cloned().collect();
        for organization in organizations {
            let roles = new.remove(&organization).unwrap_or_default();
            if roles == old.remove(&organization).unwrap_or_default() {
                continue;
            }
            let line = format!(
                "~ {kind} {name}: roles in {organization}: {}",
                listed(&roles)
            );
            let grants = roles.into_iter().collect();
            let step = Step::Grants(subject.clone(), organization, grants);
            self.steps.push((line, step));
        }
        Ok(())
    }

    fn check_role(
        &self,
        kind: &str,
        name: &str,
        role: &RoleKey,
        organization: &Id<Organization>,
    ) -> Result<(), StateError> {
        let why = match self.roles.get(role) {
            None => format!("role {role} is not declared and does not exist"),
            Some(Some(own)) if own != organization => {
                format!("role {role} is one of {own} alone, and cannot be held in {organization}")
            }
            Some(_) => return Ok(()),
        };
        Err(StateError::noun(kind, name, why))
    }
}

fn listed(roles: &Held) -> String {
    let one = |(role, end): (&RoleKey, &Option<Timestamp>)| match end {
        None => role.to_string(),
        Some(end) => format!("{role} until {}", utc(*end)),
    };
    let all: Vec<_> = roles.iter().map(one).collect();
    if all.is_empty() {
        "none".to_owned()
    } else {
        all.join(", ")
    }
}
