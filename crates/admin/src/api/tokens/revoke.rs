//! `DELETE /admin/v1/tokens/{token}`

use http::Method;
use serde_json::json;
use symbolon_storage::Act;

use super::found;
use crate::{
    call::{Call, Record},
    input::{NoBody, NoQuery},
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::DELETE,
        "/tokens/{token}",
        Some(Needed::TokensWrite),
        "revoke_token",
        revoke,
    )
    .about(
        "Revoke a personal access token, on every instance within a second",
        "",
    )
}

async fn revoke(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let (token, owner, _) = found(&call, Needed::TokensWrite).await?;
    let record = Record {
        action: "token.revoke",
        object: format!("token/{}", token.id),
        organization: Some(owner.organization),
        detail: json!({ "owner": token.owner.as_str(), "name": token.name }),
    };
    call.act(Act::RevokeToken(token.id), record).await?;
    Ok(Reply::of(Nothing))
}
