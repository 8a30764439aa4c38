//! Roles: what rules speak of and grants give.

mod create;
mod delete;
mod get;
mod list;
mod update;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::role::Role;
use symbolon_storage::Stored;

use crate::{call::Call, operation::Operation, problem::Problem, scopes::Needed};

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
    ]
}

/// A role.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Role")]
struct View {
    /// What tokens and rules call it.
    key: String,
    /// What people call it.
    name: String,
    /// The one organization in which it counts; none: in all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    /// The number in its ETag.
    version: i64,
}

/// What can be changed of a role.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// What people call it: 1 to 200 characters.
    name: String,
}

fn view(stored: Stored<Role>) -> View {
    let role = stored.value;
    View {
        key: role.key.as_str().to_owned(),
        name: role.name,
        organization: role.organization.map(|id| id.as_str().to_owned()),
        version: stored.version,
    }
}

/// Whether the caller may see a role: one that counts everywhere is seen by all who may see any.
fn is_seen(call: &Call, role: &Role) -> bool {
    let own = role.organization.as_ref();
    own.is_none() || call.guard.may(own, Needed::RolesRead)
}

/// The role in the path, if the caller may change it.
async fn changeable(call: &Call) -> Result<Stored<Role>, Problem> {
    let found = call.admin.storage.stored_role(&call.role("role")?).await?;
    let found = found.ok_or_else(Problem::missing)?;
    let own = found.value.organization.as_ref();
    call.guard.check(own, Needed::RolesWrite)?;
    Ok(found)
}
