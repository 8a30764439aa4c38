//! What several sections show and ask.

use serde::Deserialize;
use symbolon_admin::{Ask, Listed};

use crate::{
    component::{Cell, Option_, Tone},
    visit::{Stop, Visit},
};

/// The most that is offered to choose from; beyond that an id is typed.
pub(super) const MOST_CHOICES: u32 = 200;

/// An organization, as its operations answer it.
#[derive(Deserialize)]
pub(super) struct Organization {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) disabled: bool,
    pub(super) created_at: String,
    pub(super) version: i64,
}

/// Whether something is shut out.
pub(super) fn state(visit: &Visit, disabled: bool) -> Cell {
    if disabled {
        Cell::badge(Tone::Danger, visit.say("state-disabled"))
    } else {
        Cell::badge(Tone::Good, visit.say("state-active"))
    }
}

/// The organizations for which an operation may be asked.
pub(super) async fn organizations(visit: &Visit, operation: &str) -> Result<Vec<Option_>, Stop> {
    if !visit.may("list_organizations") {
        // Who sees none by name still has those in which he may do it.
        let places = visit.places(operation).unwrap_or_default();
        return Ok(places.iter().map(|id| Option_::new(id, id)).collect());
    }
    let ask = Ask::new("list_organizations").with("limit", MOST_CHOICES);
    let found: Listed<Organization> = visit.ask(ask).await?;
    let reached = found.items.into_iter();
    let reached = reached.filter(|found| !found.disabled && visit.may_in(operation, &found.id));
    let choices = reached.map(|found| {
        let name = if found.name == found.id {
            found.name
        } else {
            format!("{} ({})", found.name, found.id)
        };
        Option_::new(found.id, name)
    });
    Ok(choices.collect())
}

/// To filter a list by: all organizations, or one.
pub(super) async fn any_organization(visit: &Visit, operation: &str) -> Result<Vec<Option_>, Stop> {
    let mut choices = vec![Option_::new("", visit.say("filter-all"))];
    choices.extend(organizations(visit, operation).await?);
    Ok(choices)
}

/// To filter a list by: all, active, disabled.
pub(super) fn any_state(visit: &Visit) -> Vec<Option_> {
    vec![
        Option_::new("", visit.say("filter-all")),
        Option_::new("false", visit.say("state-active")),
        Option_::new("true", visit.say("state-disabled")),
    ]
}
