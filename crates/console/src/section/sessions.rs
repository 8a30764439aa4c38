//! Sessions: where a person is signed in, and their end.

use serde::Deserialize;
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::{Group, Section};
use crate::{
    component::{Cell, Confirm, Empty, Field, Filter, Form, Paging, Table, Tone},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/admin/sessions";

#[derive(Deserialize)]
struct Person {
    id: String,
    username: String,
    organization: String,
}

#[derive(Deserialize)]
struct Session {
    id: String,
    methods: Vec<String>,
    created_at: String,
    seen_at: String,
    ended_at: Option<String>,
    live: bool,
}

/// Its pages.
pub fn section() -> Section {
    Section::new("sessions", PATH, Group::Operation, Some("list_sessions"))
        .get("/admin/sessions", run!(people))
        .get("/admin/sessions/{user}", run!(list))
        .get("/admin/sessions/{user}/end", run!(ask_end_all))
        .post("/admin/sessions/{user}/end", run!(end_all))
        .get("/admin/sessions/{user}/{session}/end", run!(ask_end))
        .post("/admin/sessions/{user}/{session}/end", run!(end))
}

/// Whose sessions?
async fn people(visit: Visit) -> Answer {
    let ask = Ask::new("list_users")
        .with("name", visit.wish("name"))
        .with("after", visit.wish("after"));
    let found: Listed<Person> = visit.ask(ask).await?;
    let mut table = Table::new(
        visit.say("people"),
        [visit.say("field-name"), visit.say("field-organization")],
    )
    .paging(Paging::of(&visit, found.next.as_deref()))
    .or(Empty::new(
        visit.say("nothing-found"),
        visit.say("nothing-found-text"),
    ));
    for person in found.items {
        table.push([
            Cell::link(&person.username, visit.path(&path(&person))),
            Cell::code(&person.organization),
        ]);
    }
    let name = Field::new("name", visit.say("filter-name"));
    let page = Page::new(visit.say("sessions"))
        .lede(visit.say("sessions-lede"))
        .with(Filter::new(&visit).field(&visit, name))
        .with(table);
    visit.show(page).await
}

async fn list(visit: Visit) -> Answer {
    let person = found(&visit).await?;
    let ask = Ask::new("list_sessions")
        .at("user", &person.id)
        .with("after", visit.wish("after"));
    let found: Listed<Session> = visit.ask(ask).await?;
    let may = visit.may_in("end_session", &person.organization);
    let mut table = Table::new(
        visit.say("sessions"),
        [
            visit.say("field-id"),
            visit.say("field-state"),
            visit.say("field-created"),
            visit.say("field-last-used"),
            visit.say("sessions-methods"),
            visit.say("field-act"),
        ],
    )
    .paging(Paging::of(&visit, found.next.as_deref()))
    .or(Empty::new(
        visit.say("sessions-empty"),
        visit.say("sessions-empty-text"),
    ));
    for session in found.items {
        let (tone, state) = if session.live {
            (Tone::Good, "state-active")
        } else {
            (Tone::Plain, "state-ended")
        };
        let end = format!("{}/{}/end", path(&person), encoded(&session.id));
        table.push([
            Cell::code(&session.id),
            Cell::badge(tone, visit.say(state)),
            Cell::moment(&session.created_at),
            Cell::moment(&session.seen_at),
            Cell::text(session.methods.join(" ")),
            if may && session.ended_at.is_none() {
                Cell::link(visit.say("sessions-end"), visit.path(&end))
            } else {
                Cell::text("–")
            },
        ]);
    }
    let title = visit.tell_of("sessions-of", [("name", person.username.as_str())]);
    let page = below(&visit, Page::new(title))
        .action_if(
            visit.may_in("end_sessions", &person.organization),
            visit.say("sessions-end-all"),
            visit.path(&format!("{}/end", path(&person))),
        )
        .with(table);
    visit.show(page).await
}

async fn ask_end(visit: Visit) -> Answer {
    let person = changeable(&visit, "end_session").await?;
    let ask = Ask::new("get_session")
        .at("user", &person.id)
        .at("session", visit.word("session"));
    let session: Session = visit.ask(ask).await?;
    if session.ended_at.is_some() {
        return Err(Stop::Missing);
    }
    let page = end_form(
        &visit,
        &person,
        "sessions-end",
        visit.say("sessions-end-consequence"),
    );
    visit.show(page).await
}

async fn end(visit: Visit) -> Answer {
    let person = changeable(&visit, "end_session").await?;
    let ask = Ask::new("end_session")
        .at("user", &person.id)
        .at("session", visit.word("session"));
    visit.tell(ask).await?;
    visit.done(&path(&person), "sessions-ended").await
}

async fn ask_end_all(visit: Visit) -> Answer {
    let person = changeable(&visit, "end_sessions").await?;
    let page = end_form(
        &visit,
        &person,
        "sessions-end-all",
        visit.say("sessions-end-all-consequence"),
    );
    visit.show(page).await
}

async fn end_all(visit: Visit) -> Answer {
    let person = changeable(&visit, "end_sessions").await?;
    visit
        .tell(Ask::new("end_sessions").at("user", &person.id))
        .await?;
    visit.done(&path(&person), "sessions-ended").await
}

fn end_form(visit: &Visit, person: &Person, act: &str, consequence: String) -> Page {
    let at = visit.path(&path(person));
    let form = Form::new(visit, visit.say(act))
        .danger()
        .cancel(visit.say("cancel"), at.clone());
    below(visit, Page::new(visit.say(act)))
        .below(&person.username, at)
        .with(Confirm::new(form, [consequence]))
}

async fn found(visit: &Visit) -> Result<Person, Stop> {
    let ask = Ask::new("get_user").at("user", visit.word("user"));
    Ok(visit.ask(ask).await?)
}

/// The person, if something may be done about the sessions of this one.
async fn changeable(visit: &Visit, operation: &str) -> Result<Person, Stop> {
    let person = found(visit).await?;
    if visit.may_in(operation, &person.organization) {
        Ok(person)
    } else {
        Err(Stop::Missing)
    }
}

fn path(person: &Person) -> String {
    format!("{PATH}/{}", encoded(&person.id))
}

fn below(visit: &Visit, page: Page) -> Page {
    page.below(visit.say("sessions"), visit.path(PATH))
}
