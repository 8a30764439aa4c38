//! `GET /admin/v1/clients`

use std::sync::Arc;

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{client::Client, id::Id, organization::Organization};
use symbolon_storage::{Storage, Stored};

use super::{View, view};
use crate::{
    call::{Call, Page, Part},
    input::NoBody,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only those that this one owns.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/clients",
        Some(Needed::ClientsRead),
        "list_clients",
        list,
    )
    .about(
        "List the clients that you may see",
        "By organization, then by id; first those that no organization owns.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let fetch = |storage: Arc<dyn Storage>, part: Part| async move {
        storage.stored_clients(part.page()).await
    };
    let position = |found: &Stored<Client>| {
        let own = found.value.organization.as_ref();
        let own = own.map_or("", Id::as_str);
        [own, found.value.id.as_str()].map(str::to_owned).into()
    };
    let only = filter.organization.as_ref();
    let page = call.paged_by_place(Needed::ClientsRead, only, fetch, position, view);
    Ok(Reply::of(page.await?))
}
