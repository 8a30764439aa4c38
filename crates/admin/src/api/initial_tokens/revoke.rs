//! `DELETE /admin/v1/initial-access-tokens/{token}`

use http::Method;
use symbolon_storage::Act;

use super::{found, record};
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
        "/initial-access-tokens/{token}",
        Some(Needed::ClientsWrite),
        "revoke_initial_access_token",
        revoke,
    )
    .about(
        "Revoke an initial access token",
        "The clients that were registered with it stay.",
    )
}

async fn revoke(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let token = found(&call, Needed::ClientsWrite).await?;
    let record = record("initial_access_token.revoke", &token);
    call.act(Act::RevokeInitialToken(token.id), record).await?;
    Ok(Reply::of(Nothing))
}
