//! `list_own_tokens`, `get_own_token`, `create_own_token`, `revoke_own_token`: the own personal access
//! tokens, as `api/tokens` has them for whoever holds a role.

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{
    id::Id, organization::Organization, role::RoleKey, time::Timestamp,
    token::personal::PersonalAccessToken,
};

use super::{Own, myself};
use crate::{
    api::tokens::{self, Made, View, view},
    call::{Call, Page},
    input::{Json, NoBody, NoQuery},
    moment::Moment,
    operation::{Nothing, Operation, Reply},
    problem::Problem,
};

/// A new one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    name: String,
    #[serde(default)]
    scope: String,
    #[schemars(with = "Option<Vec<String>>")]
    organizations: Option<Vec<Id<Organization>>>,
    #[schemars(with = "Option<Vec<String>>")]
    roles: Option<Vec<RoleKey>>,
    expires_at: Option<Moment>,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(Method::GET, "/own/tokens", None, "list_own_tokens", list)
            .own(Own::Yes)
            .paged(),
        Operation::new(
            Method::POST,
            "/own/tokens",
            None,
            "create_own_token",
            create,
        )
        .own(Own::Fresh),
        Operation::new(
            Method::GET,
            "/own/tokens/{token}",
            None,
            "get_own_token",
            get,
        )
        .own(Own::Yes),
        Operation::new(
            Method::DELETE,
            "/own/tokens/{token}",
            None,
            "revoke_own_token",
            revoke,
        )
        .own(Own::Yes),
    ]
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let me = call.me().clone();
    Ok(Reply::of(tokens::page(&call, &me).await?))
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<Made>, Problem> {
    let Json(new) = new;
    let new = tokens::New {
        owner: None,
        name: new.name,
        organizations: new.organizations,
        roles: new.roles,
        scope: new.scope,
        expires_at: new.expires_at,
    };
    Ok(Reply::of(tokens::make(&call, new).await?))
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let (token, used) = found(&call).await?;
    Ok(Reply::of(view(token, used, call.now)))
}

async fn revoke(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let (token, _) = found(&call).await?;
    let organization = myself(&call).await?.value.organization;
    tokens::end(&call, token, organization).await?;
    Ok(Reply::of(Nothing))
}

/// The token in the path, if it is the caller's own, and its last use.
async fn found(call: &Call) -> Result<(PersonalAccessToken, Option<Timestamp>), Problem> {
    let id = call.id("token")?;
    let found = call.admin.storage.personal_token_of_id(&id).await?;
    found
        .filter(|(token, _)| token.owner == *call.me())
        .ok_or_else(Problem::missing)
}
