//! Initial access tokens: who has one may register a client (RFC 7591).

mod create;
mod get;
mod list;
mod revoke;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use symbolon_core::{
    id::Id, registration::initial_access_token::InitialAccessToken, time::Timestamp,
};

use crate::{
    call::{Call, Record},
    moment::Moment,
    operation::Operation,
    problem::Problem,
    scopes::Needed,
};

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        get::operation(),
        revoke::operation(),
    ]
}

/// An initial access token, without its text.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "InitialAccessToken")]
struct View {
    /// What it is called here. No part of it.
    id: String,
    /// What it is for.
    name: String,
    /// Whose the clients are; none: the installation's.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    /// Which grants they may have.
    grant_types: Vec<&'static str>,
    /// Which scopes of APIs they may have, beside the standard ones.
    scope: String,
    /// Which APIs their tokens are for.
    audience: Vec<String>,
    /// Whether confidential ones have to use PKCE too.
    require_pkce: bool,
    /// How many clients may still be registered with it.
    uses_left: u32,
    created_at: Moment,
    expires_at: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Moment>,
    /// Whether it is good now.
    live: bool,
}

fn view(token: InitialAccessToken, now: Timestamp) -> View {
    let live = token.is_live(now);
    let policy = token.policy;
    View {
        id: token.id.to_string(),
        name: token.name,
        organization: policy.organization.as_ref().map(Id::to_string),
        grant_types: policy
            .grant_types
            .iter()
            .map(|grant| grant.as_str())
            .collect(),
        scope: policy.scope.to_string(),
        audience: policy.audience,
        require_pkce: policy.require_pkce,
        uses_left: token.uses_left,
        created_at: Moment(token.created_at),
        expires_at: Moment(token.expires_at),
        revoked_at: token.revoked_at.map(Moment),
        live,
    }
}

/// The token in the path, if the caller may do that where its clients belong.
async fn found(call: &Call, needed: Needed) -> Result<InitialAccessToken, Problem> {
    let id = call.id("token")?;
    let found = call.admin.storage.initial_access_token_of_id(&id).await?;
    let token = found.ok_or_else(Problem::missing)?;
    call.guard
        .check(token.policy.organization.as_ref(), needed)?;
    Ok(token)
}

fn record(action: &'static str, token: &InitialAccessToken) -> Record {
    Record {
        action,
        object: format!("initial_access_token/{}", token.id),
        organization: token.policy.organization.clone(),
        detail: json!({
            "name": token.name,
            "uses": token.uses_left,
            "expires_at": Moment(token.expires_at),
        }),
    }
}
