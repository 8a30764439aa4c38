//! `GET /admin/v1/users/{user}/sessions`

use http::Method;
use symbolon_core::session::Session;

use super::{View, view};
use crate::{
    api::subjects::{self, Kind},
    call::{Call, Page},
    input::{NoBody, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/users/{user}/sessions",
        Some(Needed::SessionsRead),
        "list_sessions",
        list,
    )
    .about("List where a person is signed in, or was", "By id.")
    .paged()
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let person = subjects::found(&call, Kind::Person, Needed::SessionsRead).await?;
    let storage = &call.admin.storage;
    let found = storage.sessions_of(&person.value.id, call.after(0), call.limit() + 1);
    let position = |session: &Session| vec![session.id.as_str().to_owned()];
    let show = |session| view(session, &call);
    Ok(Reply::of(call.paged(found.await?, position, show)))
}
