//! `DELETE /admin/v1/apis/{audience}`

use http::Method;
use symbolon_storage::Act;

use super::{changeable, record};
use crate::{
    call::Call,
    input::{NoBody, NoQuery},
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::DELETE,
        "/apis/{audience}",
        Some(Needed::ApisWrite),
        "delete_api",
        delete,
    )
    .about(
        "Protect an API no longer",
        "Its endpoints are unknown then: a gateway refuses them.",
    )
    .conditional()
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let api = changeable(&call).await?.value;
    let act = Act::DeleteApi(api.audience().clone(), call.expected());
    call.act(act, record("api.delete", &api)).await?;
    Ok(Reply::of(Nothing))
}
