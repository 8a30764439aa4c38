//! `GET /admin/v1/users/{user}/sessions/{session}`

use http::Method;
use symbolon_core::{id::Id, session::Session};

use super::{View, view};
use crate::{
    api::subjects::{self, Kind},
    call::Call,
    input::{NoBody, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/users/{user}/sessions/{session}",
        Some(Needed::SessionsRead),
        "get_session",
        get,
    )
    .about("Look at a session of a person", "")
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let person = subjects::found(&call, Kind::Person, Needed::SessionsRead).await?;
    let id: Id<Session> = call.id("session")?;
    let found = call.admin.storage.session(&id).await?;
    // It has to be this person's (requirement A7.1).
    let session = found
        .filter(|session| session.subject == person.value.id)
        .ok_or_else(Problem::missing)?;
    Ok(Reply::of(view(session, &call)))
}
