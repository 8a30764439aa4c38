//! `DELETE /admin/v1/tokens/{token}`

use http::Method;
use serde_json::json;
use symbolon_core::{id::Id, organization::Organization, token::personal::PersonalAccessToken};
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
    end(&call, token, owner.organization).await?;
    Ok(Reply::of(Nothing))
}

/// Revokes one of an owner who belongs to the organization.
pub(crate) async fn end(
    call: &Call,
    token: PersonalAccessToken,
    organization: Id<Organization>,
) -> Result<(), Problem> {
    let record = Record {
        action: "token.revoke",
        object: format!("token/{}", token.id),
        organization: Some(organization),
        detail: json!({ "owner": token.owner.as_str(), "name": token.name }),
    };
    call.act(Act::RevokeToken(token.id), record).await
}
