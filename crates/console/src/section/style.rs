//! `/admin/style`: every component once, to look at.

use super::{Group, Section};
use crate::{
    component::{
        Alert, Cell, Confirm, Empty, Facts, Field, Filter, Form, Heading, Kind, Note, Option_,
        Paging, Secret, Table, Tone,
    },
    page::Page,
    run,
    visit::{Answer, Visit},
};

/// Its pages.
pub fn section() -> Section {
    Section::new("style-title", "/admin/style", Group::Aside, None)
        .get("/admin/style", run!(show))
        .post("/admin/style", run!(sent))
}

async fn show(visit: Visit) -> Answer {
    let page = page(&visit);
    visit.show(page).await
}

async fn sent(visit: Visit) -> Answer {
    if visit.field("name").is_empty() {
        let alert = Alert {
            title: visit.say("problem-input"),
            detail: String::new(),
            faults: vec![("/name".to_owned(), "type a name".to_owned())],
        };
        let page = page(&visit).alert(alert);
        return visit
            .show_as(http::StatusCode::UNPROCESSABLE_ENTITY, page)
            .await;
    }
    visit.done("/admin/style", "style-done").await
}

fn page(visit: &Visit) -> Page {
    let mut table = Table::new(
        visit.say("style-table"),
        [
            visit.say("field-name"),
            visit.say("field-id"),
            visit.say("field-state"),
            visit.say("field-created"),
        ],
    )
    .paging(Paging::of(visit, Some("next")));
    let states = [
        (Tone::Good, "state-active"),
        (Tone::Warning, "state-ends-soon"),
        (Tone::Danger, "state-disabled"),
        (Tone::Plain, "state-ended"),
    ];
    for (tone, state) in states {
        table.push([
            Cell::link("Antigone", visit.path("/admin/style")),
            Cell::code("0198c0de-7a11-7c1e-8f00-0000000000aa"),
            Cell::badge(tone, visit.say(state)),
            Cell::moment("2026-11-24T15:38:41Z"),
        ]);
    }
    let facts = Facts::new()
        .titled(visit.say("style-facts"))
        .row(visit.say("field-name"), Cell::text("Antigone"))
        .row(visit.say("field-id"), Cell::code("antigone"))
        .action_if(true, visit.say("edit"), visit.path("/admin/style"));
    let choice = Kind::Choice(vec![Option_::new("a", "Acme"), Option_::new("b", "Globex")]);
    let form = Form::new(visit, visit.say("save"))
        .field(
            visit,
            Field::new("name", visit.say("field-name"))
                .hint(visit.say("style-hint"))
                .required(),
        )
        .field(
            visit,
            Field::new("organization", visit.say("field-organization")).kind(choice),
        )
        .field(
            visit,
            Field::new("lines", visit.say("style-lines")).kind(Kind::Lines),
        )
        .field(
            visit,
            Field::new("switch", visit.say("style-switch")).kind(Kind::Switch),
        )
        .cancel(visit.say("cancel"), visit.path("/admin/style"));
    let confirm = Confirm::new(
        Form::new(visit, visit.say("delete"))
            .danger()
            .cancel(visit.say("cancel"), visit.path("/admin/style")),
        [visit.say("style-consequence")],
    );
    let filter = Filter::new(visit).field(visit, Field::new("name", visit.say("field-name")));
    let empty = Empty::new(visit.say("style-empty"), visit.say("style-empty-text"));
    Page::new(visit.say("style-title"))
        .lede(visit.say("style-lede"))
        .below("Symbolon", visit.path("/admin"))
        .action(visit.say("save"), visit.path("/admin/style"))
        .action(visit.say("edit"), visit.path("/admin/style"))
        .tab(visit.say("style-table"), visit.path("/admin/style"), true)
        .tab(visit.say("style-facts"), visit.path("/admin/style"), false)
        .with(Note::plain(visit.say("style-note")))
        .with(
            Note::warning(visit.say("style-note")).action(visit.say("edit"), visit.path("/admin")),
        )
        .with(filter)
        .with(table)
        .with(Heading(visit.say("style-facts")))
        .with(facts)
        .with(form)
        .with(confirm)
        .with(empty.action_if(true, visit.say("save"), visit.path("/admin/style")))
        .with(Secret {
            title: visit.say("secret-title"),
            text: visit.say("secret-text"),
            value: "sy_pat_0000000000000000000000000000".to_owned(),
        })
}
