//! `POST /admin/v1/organizations`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use symbolon_core::{id::Id, organization::Organization};
use symbolon_storage::{Act, Stored};

use super::{View, checked_name, view};
use crate::{
    call::{Call, Record, check_segment, segment},
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// A new organization.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// What `org_id` is to say in tokens, for ever; made up when left out.
    #[schemars(with = "Option<String>")]
    id: Option<Id<Organization>>,
    /// What people see: 1 to 200 characters.
    name: String,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/organizations",
        Some(Needed::OrganizationsWrite),
        "create_organization",
        create,
    )
    .about(
        "Make an organization",
        "For those who may do so in the system organization.",
    )
    .tagged()
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<View>, Problem> {
    let Json(New { id, name }) = new;
    // It belongs to nobody yet.
    call.guard.check(None, Needed::OrganizationsWrite)?;
    checked_name("/name", &name)?;
    if let Some(id) = &id {
        check_segment("/id", id)?;
    }
    let organization = Organization {
        id: id.unwrap_or_else(|| Id::generate(call.now, &*call.admin.entropy)),
        name,
        disabled_at: None,
    };
    let record = Record {
        action: "organization.create",
        object: format!("organization/{}", organization.id),
        organization: Some(organization.id.clone()),
        detail: json!({ "name": organization.name }),
    };
    call.act(Act::CreateOrganization(organization.clone()), record)
        .await?;
    let path = format!("/organizations/{}", segment(organization.id.as_str()));
    let made = Stored {
        value: organization,
        version: 1,
        created_at: call.now,
    };
    Ok(Reply::stored(made, view).at(path))
}
