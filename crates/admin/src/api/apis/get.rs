//! `GET /admin/v1/apis/{audience}`

use http::Method;

use super::{View, found, view};
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
        "/apis/{audience}",
        Some(Needed::ApisRead),
        "get_api",
        get,
    )
    .about(
        "Look at a protected API",
        "Slashes in the audience are written as %2F.",
    )
    .tagged()
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let found = found(&call).await?;
    Ok(Reply::stored(found, view))
}
