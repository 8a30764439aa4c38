//! `GET /admin/v1/organizations/{organization}`

use http::Method;

use super::{View, view};
use crate::{
    call::Call,
    input::{NoBody, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/organizations/{organization}",
        Some(Needed::OrganizationsRead),
        "get_organization",
        get,
    )
    .about("Look at an organization", "")
    .tagged()
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let id = call.id("organization")?;
    call.guard.check(Some(&id), Needed::OrganizationsRead)?;
    let found = call.admin.storage.stored_organization(&id).await?;
    let found = found.ok_or_else(Problem::missing)?;
    Ok(Reply::stored(found, view))
}
