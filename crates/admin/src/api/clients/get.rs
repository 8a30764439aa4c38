//! `GET /admin/v1/clients/{client}`

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
        "/clients/{client}",
        Some(Needed::ClientsRead),
        "get_client",
        get,
    )
    .about("Look at a client", "")
    .tagged()
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let (found, _) = found(&call, Needed::ClientsRead).await?;
    Ok(Reply::stored(found, view))
}
