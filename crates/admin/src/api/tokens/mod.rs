//! Personal access tokens.

mod create;
mod get;
mod list;
mod revoke;

pub(crate) use create::{Made, New, make};
pub(crate) use list::page;
pub(crate) use revoke::end;
use schemars::JsonSchema;
use serde::Serialize;
use symbolon_core::{
    id::Id, subject::Subject, time::Timestamp, token::personal::PersonalAccessToken,
};
use symbolon_storage::DeclaredSubject;

use crate::{call::Call, moment::Moment, operation::Operation, problem::Problem, scopes::Needed};

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        get::operation(),
        revoke::operation(),
    ]
}

/// A personal access token, without its text.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PersonalAccessToken")]
pub(crate) struct View {
    /// What it is called here. No part of it.
    id: String,
    /// Whom it stands for: a `sub`.
    owner: String,
    /// What it is for.
    name: String,
    /// In which organizations it may act; none: in all of the owner's.
    #[serde(skip_serializing_if = "Option::is_none")]
    organizations: Option<Vec<String>>,
    /// With which roles; none: with all of the owner's.
    #[serde(skip_serializing_if = "Option::is_none")]
    roles: Option<Vec<String>>,
    /// For which scopes. No scope of an API among them: for all that the roles give.
    scope: String,
    created_at: Moment,
    expires_at: Moment,
    /// To within a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used_at: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<Moment>,
    /// Whether it is good now, as far as it goes by itself.
    live: bool,
}

pub(crate) fn view(token: PersonalAccessToken, used: Option<Timestamp>, now: Timestamp) -> View {
    let live = token.is_live(now);
    let limits = token.limits;
    View {
        id: token.id.to_string(),
        owner: token.owner.to_string(),
        name: token.name,
        organizations: limits
            .organizations
            .map(|all| all.iter().map(ToString::to_string).collect()),
        roles: limits
            .roles
            .map(|all| all.iter().map(ToString::to_string).collect()),
        scope: limits.scope.to_string(),
        created_at: Moment(token.created_at),
        expires_at: Moment(token.expires_at),
        last_used_at: used.map(Moment),
        revoked_at: token.revoked_at.map(Moment),
        live,
    }
}

/// The owner of tokens, if it is the caller or the caller may do that in its organization.
async fn owner(call: &Call, id: &Id<Subject>, needed: Needed) -> Result<DeclaredSubject, Problem> {
    let found = call.admin.storage.stored_subject(id).await?;
    let owner = found.ok_or_else(Problem::missing)?.value;
    if owner.id != *call.me() {
        call.guard.check(Some(&owner.organization), needed)?;
    }
    Ok(owner)
}

/// The token in the path, with its owner and its last use.
async fn found(
    call: &Call,
    needed: Needed,
) -> Result<(PersonalAccessToken, DeclaredSubject, Option<Timestamp>), Problem> {
    let id = call.id("token")?;
    let found = call.admin.storage.personal_token_of_id(&id).await?;
    let (token, used) = found.ok_or_else(Problem::missing)?;
    let owner = owner(call, &token.owner, needed).await?;
    Ok((token, owner, used))
}
