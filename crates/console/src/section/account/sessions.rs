//! Where one is signed in.

use serde::Deserialize;
use symbolon_admin::Ask;
use symbolon_core::percent::encoded;

use super::below;
use crate::{
    component::{Cell, Confirm, Form, Table, Tone},
    page::Page,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/account/sessions";

#[derive(Deserialize)]
struct Sessions {
    items: Vec<Session>,
}

#[derive(Deserialize)]
struct Session {
    id: String,
    authenticated_at: String,
    created_at: String,
    seen_at: String,
    current: bool,
}

pub(super) async fn list(visit: Visit) -> Answer {
    let found: Sessions = visit.ask(Ask::new("list_own_sessions")).await?;
    let others = found.items.iter().any(|session| !session.current);
    let mut table = Table::new(
        visit.say("account-sessions"),
        [
            visit.say("field-began"),
            visit.say("field-password-typed"),
            visit.say("field-last-used"),
            visit.say("field-state"),
            visit.say("field-act"),
        ],
    );
    for session in found.items {
        let end = visit.path(&format!("{PATH}/{}/end", encoded(&session.id)));
        let (state, act) = if session.current {
            let sign_out = Cell::link(visit.say("sign-out"), visit.path("/sign-out"));
            (Cell::badge(Tone::Good, visit.say("account-here")), sign_out)
        } else {
            let end = Cell::link(visit.say("account-session-end"), end);
            (Cell::badge(Tone::Plain, visit.say("state-active")), end)
        };
        table.push([
            Cell::moment(&session.created_at),
            Cell::moment(&session.authenticated_at),
            Cell::moment(&session.seen_at),
            state,
            act,
        ]);
    }
    let page = Page::new(visit.say("account-sessions"))
        .lede(visit.say("account-sessions-lede"))
        .action_if(
            others,
            visit.say("account-sessions-end-others"),
            visit.path("/account/sessions/end-others"),
        )
        .with(table);
    visit.show(page).await
}

pub(super) async fn ask_end(visit: Visit) -> Answer {
    let session = found(&visit).await?;
    let page = end_page(&visit, &session);
    visit.show(page).await
}

pub(super) async fn end(visit: Visit) -> Answer {
    let session = found(&visit).await?;
    let ask = Ask::new("end_own_session").at("session", &session.id);
    match visit.tell(ask).await {
        Ok(()) => visit.done(PATH, "account-session-ended").await,
        Err(problem) => visit.again(end_page(&visit, &session), problem).await,
    }
}

fn end_page(visit: &Visit, session: &Session) -> Page {
    let since = Cell::moment(&session.created_at).text;
    let title = visit.tell_of("account-session-end-title", [("since", since.as_str())]);
    let form = Form::new(visit, visit.say("account-session-end"))
        .danger()
        .cancel(visit.say("cancel"), visit.path(PATH));
    below(visit, title, "account-sessions", PATH).with(Confirm::new(
        form,
        [visit.say("account-session-end-consequence")],
    ))
}

pub(super) async fn ask_end_others(visit: Visit) -> Answer {
    let page = others_page(&visit);
    visit.show(page).await
}

pub(super) async fn end_others(visit: Visit) -> Answer {
    match visit.tell(Ask::new("end_other_own_sessions")).await {
        Ok(()) => visit.done(PATH, "account-sessions-ended").await,
        Err(problem) => visit.again(others_page(&visit), problem).await,
    }
}

fn others_page(visit: &Visit) -> Page {
    let form = Form::new(visit, visit.say("account-sessions-end-others"))
        .danger()
        .cancel(visit.say("cancel"), visit.path(PATH));
    let title = visit.say("account-sessions-end-others-title");
    below(visit, title, "account-sessions", PATH).with(Confirm::new(
        form,
        [visit.say("account-sessions-end-others-consequence")],
    ))
}

/// The session in the path, if it is one of the person's own that can be used.
async fn found(visit: &Visit) -> Result<Session, Stop> {
    let found: Sessions = visit.ask(Ask::new("list_own_sessions")).await?;
    let mut items = found.items.into_iter();
    let found = items.find(|session| session.id == visit.word("session"));
    found.ok_or(Stop::Missing)
}
