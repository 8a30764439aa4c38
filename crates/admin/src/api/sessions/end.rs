//! `DELETE /admin/v1/users/{user}/sessions`, `DELETE /admin/v1/users/{user}/sessions/{session}`

use http::Method;
use serde_json::json;
use symbolon_core::{id::Id, session::Session};
use symbolon_storage::Act;

use crate::{
    api::subjects::{self, Kind},
    call::Call,
    input::{NoBody, NoQuery},
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn one_operation() -> Operation {
    Operation::new(
        Method::DELETE,
        "/users/{user}/sessions/{session}",
        Some(Needed::SessionsWrite),
        "end_session",
        one,
    )
    .about(
        "Sign a person out of one browser",
        "What came of the session ends too, unless it was approved for offline access.",
    )
}

pub(super) fn all_operation() -> Operation {
    Operation::new(
        Method::DELETE,
        "/users/{user}/sessions",
        Some(Needed::SessionsWrite),
        "end_sessions",
        all,
    )
    .about(
        "Sign a person out everywhere",
        "All refresh tokens end, and all access tokens that came of a sign-in.",
    )
}

async fn one(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let person = subjects::found(&call, Kind::Person, Needed::SessionsWrite).await?;
    let person = person.value;
    let id: Id<Session> = call.id("session")?;
    let found = call.admin.storage.session(&id).await?;
    // It has to be this person's (requirement A7.1).
    found
        .filter(|session| session.subject == person.id && session.ended_at.is_none())
        .ok_or_else(Problem::missing)?;
    let detail = json!({ "session": id.as_str() });
    let record = Kind::Person.record("session.end", &person, detail);
    call.act(Act::EndSession(id), record).await?;
    Ok(Reply::of(Nothing))
}

async fn all(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let person = subjects::found(&call, Kind::Person, Needed::SessionsWrite).await?;
    let person = person.value;
    let record = Kind::Person.record("session.end_all", &person, json!({}));
    call.act(Act::EndSessions(person.id.clone()), record)
        .await?;
    Ok(Reply::of(Nothing))
}
