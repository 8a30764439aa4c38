//! `GET /admin/v1/organizations`

use std::sync::Arc;

use http::Method;
use symbolon_core::organization::Organization;
use symbolon_storage::{Storage, Stored};

use super::{View, view};
use crate::{
    call::{Call, Page, Part},
    input::{NoBody, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/organizations",
        Some(Needed::OrganizationsRead),
        "list_organizations",
        list,
    )
    .about("List the organizations that you may see", "By id.")
    .paged()
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let fetch = |storage: Arc<dyn Storage>, part: Part| async move {
        match &part.organization {
            None => storage.organizations_after(&part.after.0, part.limit).await,
            // The caller's organizations, one by one. Behind the id is nothing.
            Some(_) if !part.after.1.is_empty() => Ok(Vec::new()),
            Some(id) => Ok(storage.stored_organization(id).await?.into_iter().collect()),
        }
    };
    let position =
        |found: &Stored<Organization>| vec![found.value.id.as_str().to_owned(), "-".to_owned()];
    let needed = Needed::OrganizationsRead;
    let page = call.paged_by_place(needed, None, fetch, position, view);
    Ok(Reply::of(page.await?))
}
