//! `DELETE /admin/v1/organizations/{organization}`

use http::Method;
use serde_json::json;
use symbolon_core::{id::Id, organization::Organization};
use symbolon_storage::Act;

use crate::{
    call::{Call, Record},
    input::{NoBody, NoQuery},
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::DELETE,
        "/organizations/{organization}",
        Some(Needed::OrganizationsWrite),
        "delete_organization",
        delete,
    )
    .about(
        "Delete an empty organization",
        "One that has people, clients, roles, grants or relations is disabled instead. For those \
         who may do so in the system organization.",
    )
    .conditional()
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let id: Id<Organization> = call.id("organization")?;
    // As it was made, so it goes: by those who may do so everywhere.
    call.guard.check(None, Needed::OrganizationsWrite)?;
    let record = Record {
        action: "organization.delete",
        object: format!("organization/{id}"),
        organization: Some(id.clone()),
        detail: json!({}),
    };
    call.act(Act::DeleteOrganization(id, call.expected()), record)
        .await?;
    Ok(Reply::of(Nothing))
}
