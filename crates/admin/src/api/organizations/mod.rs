//! Organizations own people, machine users and clients.

mod create;
mod delete;
mod get;
mod list;
mod update;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::{organization::Organization, time::Timestamp};
use symbolon_storage::Stored;

use crate::{moment::Moment, operation::Operation, problem::Problem};

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
    ]
}

/// An organization.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Organization")]
struct View {
    /// What `org_id` says in tokens.
    id: String,
    /// What people see.
    name: String,
    /// Whether nobody of it gets in, and nobody acts in it.
    disabled: bool,
    /// Since when, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Moment>,
    created_at: Moment,
    /// The number in its ETag.
    version: i64,
}

/// What can be changed of it.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// What people see: 1 to 200 characters.
    name: String,
    /// Whether it is shut out.
    #[serde(default)]
    disabled: bool,
}

fn view(stored: Stored<Organization>) -> View {
    let Organization {
        id,
        name,
        disabled_at,
    } = stored.value;
    View {
        id: id.as_str().to_owned(),
        name,
        disabled: disabled_at.is_some(),
        disabled_at: disabled_at.map(Moment),
        created_at: Moment(stored.created_at),
        version: stored.version,
    }
}

/// A name that can be shown.
///
/// # Errors
/// Points to the member.
pub(crate) fn checked_name(pointer: &str, name: &str) -> Result<(), Problem> {
    let good = (1..=200).contains(&name.chars().count())
        && !name.chars().any(char::is_control)
        && name.trim() == name;
    if good {
        Ok(())
    } else {
        Err(Problem::member(
            pointer,
            "a name has 1 to 200 characters, no control characters, and no space at its ends",
        ))
    }
}

/// Since when something is disabled that is now to be so or not.
pub(super) fn since(
    disabled: bool,
    before: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    disabled.then(|| before.unwrap_or(now))
}
