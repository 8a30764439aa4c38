//! `list_own_sessions`, `end_own_session`, `end_other_own_sessions`: where one is signed in.

use http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use symbolon_core::{id::Id, session::Session};
use symbolon_storage::Act;

use super::{Own, record};
use crate::{
    api::sessions::{self, View},
    call::Call,
    input::{LONGEST_PAGE, NoBody, NoQuery},
    operation::{Nothing, Operation, Reply},
    problem::Problem,
};

/// How many sessions are shown at the most, the last used one first.
const MOST: usize = 200;

/// A session, and whether it is this one.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnSession")]
struct OwnSession {
    #[serde(flatten)]
    session: View,
    current: bool,
}

/// Those that can be used.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "OwnSessions")]
struct OwnSessions {
    items: Vec<OwnSession>,
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/own/sessions",
            None,
            "list_own_sessions",
            list,
        ),
        Operation::new(
            Method::DELETE,
            "/own/sessions/{session}",
            None,
            "end_own_session",
            end,
        ),
        Operation::new(
            Method::DELETE,
            "/own/sessions",
            None,
            "end_other_own_sessions",
            end_others,
        ),
    ]
    .into_iter()
    .map(|operation| operation.own(Own::Yes))
    .collect()
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<OwnSessions>, Problem> {
    let mut live = Vec::new();
    let mut after = String::new();
    loop {
        let storage = &call.admin.storage;
        let found = storage.sessions_of(call.me(), &after, LONGEST_PAGE).await?;
        let Some(last) = found.last() else { break };
        after = last.id.as_str().to_owned();
        live.extend(found.into_iter().filter(|one| is_live(&call, one)));
    }
    live.sort_by_key(|session| std::cmp::Reverse(session.seen_at));
    live.truncate(MOST);
    let items = live.into_iter().map(|session| OwnSession {
        current: call.session() == Some(&session.id),
        session: sessions::view(session, &call),
    });
    Ok(Reply::of(OwnSessions {
        items: items.collect(),
    }))
}

async fn end(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let id: Id<Session> = call.id("session")?;
    let found = call.admin.storage.session(&id).await?;
    // It has to be the caller's own (requirement A7.1).
    found
        .filter(|session| session.subject == *call.me() && is_live(&call, session))
        .ok_or_else(Problem::missing)?;
    let detail = json!({ "session": id.as_str() });
    call.act(Act::EndSession(id), record(&call, "session.end", detail))
        .await?;
    Ok(Reply::of(Nothing))
}

async fn end_others(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let kept = call.session().cloned().ok_or_else(Problem::missing)?;
    let detail = json!({ "kept": kept.as_str() });
    let act = Act::EndOtherSessions {
        subject: call.me().clone(),
        kept,
    };
    call.act(act, record(&call, "session.end_others", detail))
        .await?;
    Ok(Reply::of(Nothing))
}

fn is_live(call: &Call, session: &Session) -> bool {
    session.is_live(&call.admin.settings.session, call.now)
}
