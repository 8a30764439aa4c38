//! People.

mod create;
mod delete;
mod get;
mod list;
mod password;
mod update;

pub(crate) use password::chosen as chosen_password;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::subject::Profile;
use symbolon_storage::{DeclaredSubject, Stored};

use crate::{moment::Moment, operation::Operation, schema};

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        get::operation(),
        update::operation(),
        password::operation(),
        delete::operation(),
    ]
}

/// A person.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "User")]
struct View {
    /// The `sub` claim.
    id: String,
    /// As the person writes it.
    username: String,
    /// Where the person is at home.
    organization: String,
    /// The standard claims.
    #[schemars(schema_with = "schema::profile")]
    profile: Profile,
    /// Whether there is a password to sign in with.
    has_password: bool,
    /// Whether the person is shut out.
    disabled: bool,
    /// Since when, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<Moment>,
    created_at: Moment,
    /// The number in its ETag.
    version: i64,
}

/// What can be changed of a person.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    username: String,
    /// The standard claims. A verified e-mail address is a name to sign in with.
    #[serde(default)]
    #[schemars(schema_with = "schema::profile")]
    profile: Profile,
    /// Whether the person is shut out, and signed out.
    #[serde(default)]
    disabled: bool,
}

fn view(stored: Stored<DeclaredSubject>) -> View {
    let subject = stored.value;
    View {
        id: subject.id.as_str().to_owned(),
        username: subject.username,
        organization: subject.organization.as_str().to_owned(),
        profile: subject.profile,
        has_password: subject.password_hash.is_some(),
        disabled: subject.disabled_at.is_some(),
        disabled_at: subject.disabled_at.map(Moment),
        created_at: Moment(stored.created_at),
        version: stored.version,
    }
}
