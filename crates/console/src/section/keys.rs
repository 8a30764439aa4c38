//! Signing keys: which there are, and their successors.

use serde::Deserialize;
use serde_json::json;
use symbolon_admin::{Ask, Listed};

use super::{Group, Section};
use crate::{
    component::{Cell, Confirm, Empty, Field, Form, Kind, Table, Tone},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/admin/keys";

#[derive(Deserialize)]
struct Key {
    id: String,
    algorithm: String,
    generation: u32,
    state: String,
    created_at: String,
    activates_at: String,
}

/// Its pages.
pub fn section() -> Section {
    Section::new("keys", PATH, Group::Operation, Some("list_keys"))
        .get("/admin/keys", run!(list))
        .get("/admin/keys/rotate", run!(ask_rotate))
        .post("/admin/keys/rotate", run!(rotate))
}

async fn list(visit: Visit) -> Answer {
    let found: Listed<Key> = visit.ask(Ask::new("list_keys")).await?;
    let mut table = Table::new(
        visit.say("keys"),
        [
            visit.say("field-id"),
            visit.say("field-algorithm"),
            visit.say("field-generation"),
            visit.say("field-state"),
            visit.say("field-signs-since"),
            visit.say("field-created"),
        ],
    )
    .or(Empty::new(
        visit.say("keys-empty"),
        visit.say("keys-empty-text"),
    ));
    for key in found.items {
        let (tone, state) = match key.state.as_str() {
            "active" => (Tone::Good, "key-active"),
            "pending" => (Tone::Plain, "key-pending"),
            "retiring" => (Tone::Warning, "key-retiring"),
            _ => (Tone::Plain, "keys-retired"),
        };
        table.push([
            Cell::code(key.id),
            Cell::text(key.algorithm),
            Cell::text(key.generation.to_string()),
            Cell::badge(tone, visit.say(state)),
            Cell::moment(&key.activates_at),
            Cell::moment(&key.created_at),
        ]);
    }
    let page = Page::new(visit.say("keys"))
        .lede(visit.say("keys-lede"))
        .action_if(
            visit.may_in("rotate_keys", ""),
            visit.say("keys-rotate"),
            visit.path("/admin/keys/rotate"),
        )
        .with(table);
    visit.show(page).await
}

async fn ask_rotate(visit: Visit) -> Answer {
    allowed(&visit)?;
    visit.fresh()?;
    let page = form(&visit);
    visit.show(page).await
}

async fn rotate(visit: Visit) -> Answer {
    allowed(&visit)?;
    visit.fresh()?;
    let at_once = visit.field("at_once") == "on";
    let ask = Ask::new("rotate_keys").body(json!({ "at_once": at_once }));
    let made: Result<Listed<Key>, _> = visit.ask(ask).await;
    match made {
        Ok(made) if made.items.is_empty() => visit.done(PATH, "keys-waiting").await,
        Ok(_) => visit.done(PATH, "keys-rotated").await,
        Err(problem) => visit.again(form(&visit), problem).await,
    }
}

fn allowed(visit: &Visit) -> Result<(), Stop> {
    if visit.may_in("rotate_keys", "") {
        Ok(())
    } else {
        Err(Stop::Missing)
    }
}

fn form(visit: &Visit) -> Page {
    let at_once = Field::new("at_once", visit.say("keys-at-once"))
        .kind(Kind::Switch)
        .hint(visit.say("keys-at-once-hint"));
    let form = Form::new(visit, visit.say("keys-rotate"))
        .field(visit, at_once)
        .cancel(visit.say("cancel"), visit.path(PATH));
    Page::new(visit.say("keys-rotate"))
        .below(visit.say("keys"), visit.path(PATH))
        .with(Confirm::new(form, [visit.say("keys-consequence")]))
}
