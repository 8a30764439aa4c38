//! Applications: the clients of the Management API, by what they are.

mod acts;
mod code;
mod fields;
mod form;
mod guide;
mod kind;
mod redirects;

use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value};
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::{
    Group, Section,
    common::{any_organization, any_state, state},
};
use crate::{
    component::{
        Cell, Empty, Facts, Field, Filter, Heading, Html, Kind as Input, Link, Paging, Table,
    },
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};
use kind::{Kind, list as words};

const PATH: &str = "/admin/applications";

/// A client, as the operations answer it.
#[derive(Deserialize)]
struct Application {
    id: String,
    organization: Option<String>,
    machine: Option<String>,
    metadata: Map<String, Value>,
    origin: String,
    disabled: bool,
    created_at: String,
    version: i64,
}

/// A secret of it.
#[derive(Deserialize)]
struct SecretRecord {
    id: String,
    created_at: String,
    expires_at: Option<String>,
}

/// Its pages.
pub fn section() -> Section {
    let pages = Section::new(
        "applications",
        PATH,
        Group::Applications,
        Some("list_clients"),
    )
    .get("/admin/applications", run!(list))
    .get("/admin/applications/new", run!(form::choose))
    .get("/admin/applications/new/{kind}", run!(form::new))
    .post("/admin/applications/new/{kind}", run!(form::create))
    .get("/admin/applications/{client}", run!(show))
    .get("/admin/applications/{client}/edit", run!(form::edit))
    .post("/admin/applications/{client}/edit", run!(form::update))
    .get("/admin/applications/{client}/code", run!(code::show))
    .get(
        "/admin/applications/{client}/rotate",
        run!(acts::ask_rotate),
    )
    .post("/admin/applications/{client}/rotate", run!(acts::rotate))
    .get(
        "/admin/applications/{client}/disable",
        run!(acts::ask_disable),
    )
    .post("/admin/applications/{client}/disable", run!(acts::disable))
    .get(
        "/admin/applications/{client}/delete",
        run!(acts::ask_delete),
    )
    .post("/admin/applications/{client}/delete", run!(acts::delete));
    guide::pages(pages)
        .get(
            "/admin/applications/{client}/secrets/{secret}/end",
            run!(acts::ask_end_secret),
        )
        .post(
            "/admin/applications/{client}/secrets/{secret}/end",
            run!(acts::end_secret),
        )
}

async fn list(visit: Visit) -> Answer {
    let mut ask = Ask::new("list_clients");
    let filters = ["name", "organization", "disabled", "after"];
    for name in filters {
        ask = ask.with(name, visit.wish(name));
    }
    let found: Listed<Application> = visit.ask(ask).await?;
    let may_create = visit.may("create_client");
    let new = visit.path("/admin/applications/new");
    let first = visit.path(guide::PATH);
    let filtered = filters.iter().any(|name| !visit.wish(name).is_empty());
    let empty = if filtered {
        Empty::new(visit.say("nothing-found"), visit.say("nothing-found-text"))
    } else {
        Empty::new(
            visit.say("applications-empty"),
            visit.say("applications-empty-text"),
        )
        .action_if(may_create, visit.say("guide"), first.clone())
    };
    let columns = [
        "field-name",
        "field-kind",
        "field-id",
        "field-organization",
        "field-state",
        "field-created",
    ];
    let mut table = Table::new(visit.say("applications"), columns.map(|id| visit.say(id)))
        .paging(Paging::of(&visit, found.next.as_deref()))
        .or(empty);
    for application in found.items {
        let path = visit.path(&application.path());
        table.push([
            Cell::link(application.name(), path),
            Cell::text(visit.say(Kind::of(&application.metadata).name)),
            Cell::code(&application.id),
            owner(&visit, &application),
            state(&visit, application.disabled),
            Cell::moment(&application.created_at),
        ]);
    }
    let places = any_organization(&visit, "list_clients").await?;
    let filter = Filter::new(&visit)
        .field(
            &visit,
            Field::new("name", visit.say("applications-filter-name")),
        )
        .field(
            &visit,
            Field::new("organization", visit.say("field-organization")).kind(Input::Choice(places)),
        )
        .field(
            &visit,
            Field::new("disabled", visit.say("field-state")).kind(Input::Choice(any_state(&visit))),
        );
    let page = Page::new(visit.say("applications"))
        .lede(visit.say("applications-lede"))
        .action_if(may_create, visit.say("applications-new"), new)
        .action_if(may_create, visit.say("guide"), first)
        .with(filter)
        .with(table);
    visit.show(page).await
}

async fn show(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    let at = visit.path(&application.path());
    let place = application.place();
    let may_update = visit.may_in("update_client", place);
    let kind = Kind::of(&application.metadata);
    let toggle = if application.disabled {
        visit.say("enable")
    } else {
        visit.say("disable")
    };
    let facts = Facts::new()
        .titled(visit.say("facts"))
        .row(visit.say("field-client-id"), Cell::code(&application.id))
        .row(
            visit.say("field-issuer"),
            Cell::code(&visit.console.settings.issuer),
        )
        .row(visit.say("field-kind"), Cell::text(visit.say(kind.name)))
        .row(visit.say("field-organization"), owner(&visit, &application))
        .row(
            visit.say("field-state"),
            state(&visit, application.disabled),
        )
        .row(
            visit.say("field-created"),
            Cell::moment(&application.created_at),
        )
        .row(
            visit.say("field-origin"),
            Cell::text(visit.say(match application.origin.as_str() {
                "registered" => "origin-registered",
                "document" => "origin-document",
                _ => "origin-operator",
            })),
        )
        .row_if(
            visit.say("field-machine"),
            application.machine.as_ref().map(|id| {
                let path = format!("/admin/machines/{}", encoded(id));
                Cell::link(id, visit.path(&path))
            }),
        )
        .action_if(may_update, toggle, format!("{at}/disable"))
        .action_if(
            visit.may_in("delete_client", place),
            visit.say("delete"),
            format!("{at}/delete"),
        );
    let mut registered = Facts::new().titled(visit.say("applications-registered"));
    for (member, label) in SHOWN {
        for value in application.values(member) {
            registered = registered.row(visit.say(label), Cell::code(value));
        }
    }
    let mut page = below(&visit, Page::new(application.name()))
        .action_if(may_update, visit.say("edit"), format!("{at}/edit"))
        .action(visit.say("code"), format!("{at}/code"))
        .with(facts)
        .with(registered);
    if application.has_secret() {
        page = secrets(&visit, &application, page).await?;
    }
    visit.show(page).await
}

/// What is shown of what is registered, in this order.
const SHOWN: [(&str, &str); 8] = [
    ("redirect_uris", "field-redirect-uris"),
    ("post_logout_redirect_uris", "field-post-logout-uris"),
    ("backchannel_logout_uri", "field-backchannel-logout"),
    ("grant_types", "field-grants"),
    ("token_endpoint_auth_methods", "field-methods"),
    ("scope", "field-scope"),
    ("audience", "field-audience"),
    ("introspects", "field-introspects"),
];

async fn secrets(visit: &Visit, application: &Application, page: Page) -> Result<Page, Stop> {
    let ask = Ask::new("list_client_secrets").at("client", &application.id);
    let found: Listed<SecretRecord> = visit.ask(ask).await?;
    let at = visit.path(&application.path());
    let may = visit.may_in("delete_client_secret", application.place());
    let columns = ["field-name", "field-created", "field-ends", "field-act"];
    let mut table = Table::new(visit.say("secrets"), columns.map(|id| visit.say(id)));
    // One that has ended is deleted by and by.
    for secret in found.items {
        let path = format!("{at}/secrets/{}/end", encoded(&secret.id));
        let ends = secret.expires_at.as_deref();
        table.push([
            Cell::code(&secret.id),
            Cell::moment(&secret.created_at),
            ends.map_or_else(|| Cell::text(visit.say("never")), Cell::moment),
            if may {
                Cell::link(visit.say("secrets-end"), path)
            } else {
                Cell::text("–")
            },
        ]);
    }
    let mut page = page.with(Heading(visit.say("secrets"))).with(table);
    if visit.may_in("rotate_client_secret", application.place()) {
        let rotate = Link::new(visit.say("secrets-rotate"), format!("{at}/rotate"));
        page = page.with(Html::of(&Acts { links: &[rotate] })?);
    }
    Ok(page)
}

/// Things to do, below what they are about.
#[derive(Template)]
#[template(path = "console/acts.html")]
struct Acts<'a> {
    links: &'a [Link],
}

/// Things to choose from, each with what it is.
#[derive(Template)]
#[template(path = "console/choices.html")]
struct Choices {
    choices: Vec<(Link, String)>,
}

fn owner(visit: &Visit, application: &Application) -> Cell {
    match &application.organization {
        Some(id) => Cell::code(id),
        None => Cell::text(visit.say("applications-of-none")),
    }
}

impl Application {
    fn name(&self) -> &str {
        self.text("client_name")
    }

    fn text(&self, member: &str) -> &str {
        let value = self.metadata.get(member).and_then(Value::as_str);
        value.unwrap_or_default()
    }

    /// The texts of a member, one or several.
    fn values(&self, member: &str) -> Vec<&str> {
        match self.metadata.get(member) {
            Some(Value::String(text)) => vec![text],
            _ => words(&self.metadata, member).collect(),
        }
    }

    fn allows(&self, grant: &str) -> bool {
        words(&self.metadata, "grant_types").any(|own| own == grant)
    }

    fn has_secret(&self) -> bool {
        words(&self.metadata, "token_endpoint_auth_methods")
            .any(|method| method.starts_with("client_secret_"))
    }

    /// The organization, as [`Visit::may_in`] takes it.
    fn place(&self) -> &str {
        self.organization.as_deref().unwrap_or_default()
    }

    fn path(&self) -> String {
        format!("{PATH}/{}", encoded(&self.id))
    }
}

async fn found(visit: &Visit) -> Result<Application, Stop> {
    let ask = Ask::new("get_client").at("client", visit.word("client"));
    Ok(visit.ask(ask).await?)
}

fn below(visit: &Visit, page: Page) -> Page {
    page.below(visit.say("applications"), visit.path(PATH))
}
