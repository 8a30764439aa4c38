//! `GET /admin/v1/tokens`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{
    id::Id, subject::Subject, time::Timestamp, token::personal::PersonalAccessToken,
};

use super::{View, owner, view};
use crate::{
    call::{Call, Page},
    input::NoBody,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Whose: a `sub`; left out: your own.
    #[schemars(with = "Option<String>")]
    owner: Option<Id<Subject>>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/tokens",
        Some(Needed::TokensRead),
        "list_tokens",
        list,
    )
    .about(
        "List the personal access tokens of somebody",
        "Also those that are no longer good; never their texts.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let id = filter.owner.unwrap_or_else(|| call.me().clone());
    owner(&call, &id, Needed::TokensRead).await?;
    Ok(Reply::of(page(&call, &id).await?))
}

/// A page of those that somebody owns.
pub(crate) async fn page(call: &Call, owner: &Id<Subject>) -> Result<Page<View>, Problem> {
    let storage = &call.admin.storage;
    let found = storage.personal_tokens_of(owner, call.after(0), call.limit() + 1);
    type Found = (PersonalAccessToken, Option<Timestamp>);
    let position = |(token, _): &Found| vec![token.id.to_string()];
    let show = |(token, used): Found| view(token, used, call.now);
    Ok(call.paged(found.await?, position, show))
}
