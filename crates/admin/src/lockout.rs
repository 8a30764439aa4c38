//! Whether somebody is left who can change the rules (the guard of item 6).
//!
//! Whoever may write the rules in the system organization can undo everything. Before an act that
//! could take this from the last who can, one is looked for who still could after it. The look and
//! the act are tied by a basis: two administrators who remove each other do not both succeed.
//!
//! A grant that ends does not count: when its end comes, nobody is asked.

use symbolon_core::{
    id::Id,
    organization::Organization,
    policy::{Policy, lockout::holds_all, rule::RuleSet},
    role::{RoleKey, Roles},
    subject::Subject,
    time::Timestamp,
};
use symbolon_storage::{Act, Administered, PolicyFacts, PolicyFactsError};

use crate::{
    Admin,
    call::{Call, Record, settled},
    problem::{Kind, Problem},
    scopes::Needed,
};

/// How often an act is looked at anew when others change who may do what.
const TRIES: u32 = 5;

/// How many holders of a role are looked at at once.
const PAGE: u32 = 50;

/// What an act would change, as far as it matters here.
pub(crate) enum Loss<'a> {
    /// These become the rules.
    Rules(&'a RuleSet),
    /// This role is there no longer.
    Role(&'a RoleKey),
    /// Somebody has this role there no longer, or not without an end.
    Grant(&'a Id<Subject>, &'a Id<Organization>, &'a RoleKey),
    /// Nobody acts by this subject any more.
    Subject(&'a Id<Subject>),
    /// Nobody acts from or in this organization any more.
    Organization(&'a Id<Organization>),
    /// Nobody acts in the second because of a role in the first.
    Relation(&'a symbolon_core::policy::relation::Relation),
}

impl Call {
    /// Does an act that takes something, unless it would take the rules from the last who can write
    /// them. `record` is asked for on every try.
    pub(crate) async fn act_unless_lockout(
        &self,
        act: &Act,
        loss: &Loss<'_>,
        record: impl Fn() -> Record,
    ) -> Result<(), Problem> {
        for _ in 0..TRIES {
            let basis = self.admin.storage.basis().await?;
            if self.locks_out(loss).await? {
                return Err(Problem::new(
                    Kind::Lockout,
                    "after this nobody who is active could change the rules in the system \
                     organization without an end; let somebody else do so first",
                ));
            }
            match self.try_act(act, record(), Some(basis)).await? {
                Administered::Raced => {}
                outcome => return settled(outcome),
            }
        }
        settled(Administered::Raced)
    }

    async fn locks_out(&self, loss: &Loss<'_>) -> Result<bool, Problem> {
        let Some(system) = self.guard.system.as_ref() else {
            return Ok(false);
        };
        let facts = self.admin.storage.policy_facts().await?;
        let after = compiled(without(facts.clone(), loss))?;
        let admin = &*self.admin;
        if holder(admin, self.now, &after, &facts, system, Some(loss)).await? {
            return Ok(false);
        }
        // Where nobody could before, nothing is lost.
        let before = compiled(facts.clone())?;
        holder(admin, self.now, &before, &facts, system, None).await
    }
}

/// Whether there is somebody who can change the rules in the system organization, without an end.
///
/// # Errors
/// When storage fails, or what is stored makes no policy.
pub(crate) async fn has_administrator(
    admin: &Admin,
    system: &Id<Organization>,
) -> Result<bool, Problem> {
    let facts = admin.storage.policy_facts().await?;
    let policy = compiled(facts.clone())?;
    holder(admin, admin.clock.now(), &policy, &facts, system, None).await
}

/// Whether anybody is allowed to write the rules in the system organization.
async fn holder(
    admin: &Admin,
    now: Timestamp,
    policy: &Policy,
    facts: &PolicyFacts,
    system: &Id<Organization>,
    loss: Option<&Loss<'_>>,
) -> Result<bool, Problem> {
    let scopes = [Needed::RulesWrite.scope()];
    let managers = facts.relations.iter();
    let managers = managers.filter(|relation| relation.managed == *system);
    let mut places: Vec<_> = managers.map(|relation| &relation.manager).collect();
    places.push(system);
    places.sort();
    places.dedup();
    for place in places {
        for role in &facts.roles {
            let alone = Roles::from([(place.clone(), vec![role.key.clone()])]);
            if !holds_all(policy, &alone, Some(system), &scopes) {
                continue;
            }
            if has_holder(admin, now, policy, place, &role.key, system, loss).await? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

async fn has_holder(
    admin: &Admin,
    now: Timestamp,
    policy: &Policy,
    place: &Id<Organization>,
    role: &RoleKey,
    system: &Id<Organization>,
    loss: Option<&Loss<'_>>,
) -> Result<bool, Problem> {
    let storage = &admin.storage;
    let scopes = [Needed::RulesWrite.scope()];
    let mut after = String::new();
    loop {
        let holders = storage.permanent_holders(place, role, &after, PAGE).await?;
        let Some(last) = holders.last() else {
            return Ok(false);
        };
        after = last.as_str().to_owned();
        for id in &holders {
            let Some(subject) = storage.subject(id, now).await? else {
                continue;
            };
            let granted = loss.map_or_else(
                || Some(subject.roles.clone()),
                |loss| left(&subject, place, role, loss),
            );
            let active = subject.is_active();
            let holds = |granted: Roles| holds_all(policy, &granted, Some(system), &scopes);
            if active && granted.is_some_and(holds) {
                return Ok(true);
            }
        }
    }
}

/// The roles that are left to a subject, if the grant by which it was found is.
fn left(
    subject: &Subject,
    place: &Id<Organization>,
    role: &RoleKey,
    loss: &Loss<'_>,
) -> Option<Roles> {
    let mut roles = subject.roles.clone();
    match loss {
        Loss::Subject(id) if **id == subject.id => return None,
        Loss::Organization(id) if **id == subject.organization || *id == place => return None,
        Loss::Organization(id) => drop(roles.remove(*id)),
        Loss::Grant(id, organization, key) if **id == subject.id => {
            if *organization == place && *key == role {
                return None;
            }
            if let Some(keys) = roles.get_mut(*organization) {
                keys.retain(|own| own != *key);
            }
        }
        _ => {}
    }
    Some(roles)
}

fn without(mut facts: PolicyFacts, loss: &Loss<'_>) -> PolicyFacts {
    match loss {
        Loss::Rules(rules) => facts.rules = (*rules).clone(),
        Loss::Role(key) => facts.roles.retain(|role| role.key != **key),
        Loss::Organization(id) => facts
            .relations
            .retain(|relation| relation.manager != **id && relation.managed != **id),
        Loss::Relation(gone) => facts.relations.retain(|relation| relation != *gone),
        Loss::Grant(..) | Loss::Subject(_) => {}
    }
    facts
}

/// The policy of what is stored.
pub(crate) fn compiled(facts: PolicyFacts) -> Result<Policy, Problem> {
    facts.compile().map_err(|error| match error {
        PolicyFactsError::OwnApi(error) => {
            tracing::error!(%error, "request failed");
            Problem::failed()
        }
        PolicyFactsError::Policy(error) => Problem::conflict(error.to_string()),
    })
}
