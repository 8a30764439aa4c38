//! `GET /admin/v1/initial-access-tokens/{token}`

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
        "/initial-access-tokens/{token}",
        Some(Needed::ClientsRead),
        "get_initial_access_token",
        get,
    )
    .about("Look at an initial access token", "Never at its text.")
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let token = found(&call, Needed::ClientsRead).await?;
    Ok(Reply::of(view(token, call.now)))
}
