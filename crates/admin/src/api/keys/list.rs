//! `GET /admin/v1/keys`

use http::Method;
use symbolon_core::keys::KeyRecord;

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
        "/keys",
        Some(Needed::KeysRead),
        "list_keys",
        list,
    )
    .about(
        "List the signing keys",
        "For those who may do so in the system organization.",
    )
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    call.guard.check(None, Needed::KeysRead)?;
    let stored = call.admin.storage.signing_keys().await?;
    let all: Vec<KeyRecord> = stored.into_iter().map(|key| key.record).collect();
    let settings = &call.admin.settings.keys;
    let view = |key| view(key, &all, settings, call.now);
    let page = Page {
        items: all.iter().map(view).collect(),
        next: None,
    };
    Ok(Reply::of(page))
}
