//! `POST /admin/v1/roles`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use symbolon_core::{
    id::Id,
    organization::Organization,
    role::{Role, RoleKey},
};
use symbolon_storage::{Act, Stored};

use super::{View, view};
use crate::{
    api::{organizations::checked_name, subjects::owner},
    call::{Call, Record},
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::{Kind, Problem},
    scopes::Needed,
};

/// A new role.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// What tokens and rules call it, for ever: 1 to 64 characters of `A-Z a-z 0-9 _ - . :`.
    #[schemars(with = "String")]
    key: RoleKey,
    /// What people call it: 1 to 200 characters.
    name: String,
    /// The one organization in which it counts; left out: in all of them.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/roles",
        Some(Needed::RolesWrite),
        "create_role",
        create,
    )
    .about(
        "Make a role",
        "It allows nothing until a rule says so. One that counts everywhere is for those who may \
         make it in the system organization.",
    )
    .tagged()
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<View>, Problem> {
    let Json(New {
        key,
        name,
        organization,
    }) = new;
    match &organization {
        Some(place) => owner(&call, place, Needed::RolesWrite).await?,
        None if call.guard.may(None, Needed::RolesWrite) => {}
        None => {
            return Err(Problem::new(
                Kind::Forbidden,
                "your roles do not reach roles that count everywhere; name an organization",
            ));
        }
    }
    checked_name("/name", &name)?;
    let role = Role {
        key,
        name,
        organization,
    };
    let record = Record {
        action: "role.create",
        object: format!("role/{}", role.key),
        organization: role.organization.clone(),
        detail: json!({ "name": role.name }),
    };
    call.act(Act::CreateRole(role.clone()), record).await?;
    let path = format!("/roles/{}", role.key);
    let made = Stored {
        value: role,
        version: 1,
        created_at: call.now,
    };
    Ok(Reply::stored(made, view).at(path))
}
