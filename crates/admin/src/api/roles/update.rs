//! `PATCH /admin/v1/roles/{role}`

use http::Method;
use serde_json::json;
use symbolon_storage::Act;

use super::{Fields, View, changeable, view};
use crate::{
    api::organizations::checked_name,
    call::{Call, Record},
    input::{NoQuery, Patch},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::PATCH,
        "/roles/{role}",
        Some(Needed::RolesWrite),
        "update_role",
        update,
    )
    .about("Rename a role", "Its key and its organization stay.")
    .conditional()
}

async fn update(call: Call, _: NoQuery, patch: Patch<Fields>) -> Result<Reply<View>, Problem> {
    let mut found = changeable(&call).await?;
    let fields = patch.onto(&Fields {
        name: found.value.name.clone(),
    })?;
    checked_name("/name", &fields.name)?;
    found.value.name = fields.name;
    let role = &found.value;
    let record = Record {
        action: "role.update",
        object: format!("role/{}", role.key),
        organization: role.organization.clone(),
        detail: json!({ "name": role.name }),
    };
    call.act(Act::UpdateRole(role.clone(), call.expected()), record)
        .await?;
    found.version = call.expected() + 1;
    Ok(Reply::stored(found, view))
}
