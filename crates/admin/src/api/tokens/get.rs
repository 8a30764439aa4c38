//! `GET /admin/v1/tokens/{token}`

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
        "/tokens/{token}",
        Some(Needed::TokensRead),
        "get_token",
        get,
    )
    .about("Look at a personal access token", "Never at its text.")
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let (token, _, used) = found(&call, Needed::TokensRead).await?;
    Ok(Reply::of(view(token, used, call.now)))
}
