//! `DELETE /admin/v1/grants/{organization}/{subject}/{role}`

use http::Method;
use serde_json::json;
use symbolon_core::{id::Id, organization::Organization, subject::Subject};
use symbolon_storage::Act;

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
        "/grants/{organization}/{subject}/{role}",
        Some(Needed::GrantsWrite),
        "delete_grant",
        delete,
    )
    .about("Take a role from somebody in an organization", "")
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let organization: Id<Organization> = call.id("organization")?;
    let subject: Id<Subject> = call.id("subject")?;
    let role = call.role("role")?;
    call.guard.check(Some(&organization), Needed::GrantsWrite)?;
    // What it denies, he gets back.
    call.guard.holds_denied(&role, Some(&organization))?;
    let act = Act::DeleteGrant {
        subject: subject.clone(),
        organization: organization.clone(),
        role: role.clone(),
    };
    let record = || Record {
        action: "grant.delete",
        object: format!("grant/{organization}/{subject}/{role}"),
        organization: Some(organization.clone()),
        detail: json!({}),
    };
    let loss = Loss::Grant(&subject, &organization, &role);
    call.act_unless_lockout(&act, &loss, record).await?;
    Ok(Reply::of(Nothing))
}
