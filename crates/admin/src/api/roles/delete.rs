//! `DELETE /admin/v1/roles/{role}`

use http::Method;
use serde_json::json;
use symbolon_storage::Act;

use super::changeable;
use crate::{
    call::{Call, Record},
    input::{NoBody, NoQuery},
    lockout::Loss,
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::DELETE,
        "/roles/{role}",
        Some(Needed::RolesWrite),
        "delete_role",
        delete,
    )
    .about(
        "Delete a role",
        "Everybody loses it, and relations that rest on it go too. Rules about it stay, and do \
         nothing.",
    )
    .conditional()
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let role = changeable(&call).await?.value;
    // What it denies, everybody who has it gets back.
    call.guard.holds_denied(&role.key, None)?;
    let record = || Record {
        action: "role.delete",
        object: format!("role/{}", role.key),
        organization: role.organization.clone(),
        detail: json!({ "name": role.name }),
    };
    let act = Act::DeleteRole(role.key.clone(), call.expected());
    call.act_unless_lockout(&act, &Loss::Role(&role.key), record)
        .await?;
    Ok(Reply::of(Nothing))
}
