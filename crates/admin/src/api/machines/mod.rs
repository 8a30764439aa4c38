//! Machine users: they act through a client, a personal access token or a key of their own.

mod create;
mod delete;
mod get;
mod keys;
mod list;
mod update;

pub use keys::MachineKeyFile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_storage::{DeclaredSubject, Stored};

use crate::{moment::Moment, operation::Operation};

pub(crate) fn operations() -> Vec<Operation> {
    let mut operations = vec![
        list::operation(),
        create::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
    ];
    operations.extend(keys::operations());
    operations
}

/// A machine user.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Machine")]
struct View {
    /// The `sub` claim.
    id: String,
    /// What people call it.
    name: String,
    /// Where it is at home.
    organization: String,
    /// Whether it is shut out.
    disabled: bool,
    /// Since when, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Moment>,
    created_at: Moment,
    /// The number in its ETag.
    version: i64,
}

/// What can be changed of a machine user.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// What people call it: nobody else may answer to it.
    name: String,
    /// Whether it is shut out.
    #[serde(default)]
    disabled: bool,
}

fn view(stored: Stored<DeclaredSubject>) -> View {
    let subject = stored.value;
    View {
        id: subject.id.as_str().to_owned(),
        name: subject.username,
        organization: subject.organization.as_str().to_owned(),
        disabled: subject.disabled_at.is_some(),
        disabled_at: subject.disabled_at.map(Moment),
        created_at: Moment(stored.created_at),
        version: stored.version,
    }
}
