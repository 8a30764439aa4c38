//! `GET /admin/v1/apis`

use http::Method;
use symbolon_core::policy::api::Api;
use symbolon_storage::Stored;

use super::Summary;
use crate::{
    call::{Call, Page},
    input::{NoBody, NoQuery},
    moment::Moment,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/apis",
        Some(Needed::ApisRead),
        "list_apis",
        list,
    )
    .about(
        "List the protected APIs",
        "By audience. They belong to no organization: whoever may see any sees all.",
    )
    .paged()
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<Summary>>, Problem> {
    let storage = &call.admin.storage;
    let found = storage.apis_after(call.after(0), call.limit() + 1).await?;
    let position = |found: &Stored<Api>| vec![found.value.audience().as_str().to_owned()];
    let summary = |found: Stored<Api>| Summary {
        audience: found.value.audience().as_str().to_owned(),
        name: found.value.name().to_owned(),
        scopes: found.value.scopes().len(),
        endpoints: found.value.endpoints().len(),
        created_at: Moment(found.created_at),
        version: found.version,
    };
    Ok(Reply::of(call.paged(found, position, summary)))
}
