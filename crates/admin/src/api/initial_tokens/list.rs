//! `GET /admin/v1/initial-access-tokens`

use std::sync::Arc;

use http::Method;
use symbolon_core::registration::initial_access_token::InitialAccessToken;
use symbolon_storage::Storage;

use super::{View, view};
use crate::{
    call::{Call, Page},
    input::{NoBody, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/initial-access-tokens",
        Some(Needed::ClientsRead),
        "list_initial_access_tokens",
        list,
    )
    .about(
        "List the initial access tokens that you may see",
        "Also those that are no longer good; never their texts.",
    )
    .paged()
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let fetch = |storage: Arc<dyn Storage>, after: String, limit| async move {
        storage.initial_access_tokens_after(&after, limit).await
    };
    let key = |token: &InitialAccessToken| token.id.to_string();
    let seen = |token: &InitialAccessToken| {
        let place = token.policy.organization.as_ref();
        call.guard.may(place, Needed::ClientsRead)
    };
    let found = call.sifted(call.after(0).to_owned(), fetch, key, seen);
    let show = |token| view(token, call.now);
    let page = call.paged(found.await?, |token| vec![key(token)], show);
    Ok(Reply::of(page))
}
