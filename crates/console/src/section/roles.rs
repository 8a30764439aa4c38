//! Roles, and who holds them.

use serde::Deserialize;
use serde_json::json;
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::{
    Group, Section,
    common::{any_organization, organizations},
};
use crate::{
    component::{Cell, Confirm, Empty, Facts, Field, Filter, Form, Kind, Option_, Paging, Table},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/admin/roles";

#[derive(Deserialize)]
struct Role {
    key: String,
    name: String,
    organization: Option<String>,
    version: i64,
}

/// Its pages.
pub fn section() -> Section {
    Section::new("roles", PATH, Group::Access, Some("list_roles"))
        .get("/admin/roles", run!(list))
        .get("/admin/roles/new", run!(new))
        .post("/admin/roles/new", run!(create))
        .get("/admin/roles/{role}", run!(show))
        .get("/admin/roles/{role}/edit", run!(edit))
        .post("/admin/roles/{role}/edit", run!(update))
        .get("/admin/roles/{role}/delete", run!(ask_delete))
        .post("/admin/roles/{role}/delete", run!(delete))
}

async fn list(visit: Visit) -> Answer {
    let ask = Ask::new("list_roles")
        .with("organization", visit.wish("organization"))
        .with("after", visit.wish("after"));
    let found: Listed<Role> = visit.ask(ask).await?;
    let may_create = visit.may("create_role");
    let new = visit.path("/admin/roles/new");
    let empty = Empty::new(visit.say("roles-empty"), visit.say("roles-empty-text"));
    let mut table = Table::new(
        visit.say("roles"),
        [
            visit.say("field-name"),
            visit.say("field-key"),
            visit.say("field-counts-in"),
        ],
    )
    .paging(Paging::of(&visit, found.next.as_deref()))
    .or(empty.action_if(may_create, visit.say("roles-new"), new.clone()));
    for role in found.items {
        table.push([
            Cell::link(&role.name, visit.path(&path(&role.key))),
            Cell::code(&role.key),
            counts_in(&visit, &role),
        ]);
    }
    let places = any_organization(&visit, "list_roles").await?;
    let place = Field::new("organization", visit.say("field-organization"));
    let page = Page::new(visit.say("roles"))
        .lede(visit.say("roles-lede"))
        .action_if(may_create, visit.say("roles-new"), new)
        .with(Filter::new(&visit).field(&visit, place.kind(Kind::Choice(places))))
        .with(table);
    visit.show(page).await
}

async fn show(visit: Visit) -> Answer {
    let role = found(&visit).await?;
    let at = visit.path(&path(&role.key));
    let place = role.organization.as_deref().unwrap_or_default();
    let may_update = visit.may_in("update_role", place);
    let facts = Facts::new()
        .titled(visit.say("facts"))
        .row(visit.say("field-key"), Cell::code(&role.key))
        .row(visit.say("field-counts-in"), counts_in(&visit, &role))
        .action_if(
            visit.may_in("delete_role", place),
            visit.say("delete"),
            format!("{at}/delete"),
        );
    let page = below(&visit, Page::new(&role.name))
        .action_if(may_update, visit.say("edit"), format!("{at}/edit"))
        .with(facts);
    visit.show(page).await
}

async fn new(visit: Visit) -> Answer {
    if !visit.may("create_role") {
        return Err(Stop::Missing);
    }
    let page = new_form(&visit).await?;
    visit.show(page).await
}

async fn create(visit: Visit) -> Answer {
    let mut body = json!({ "key": visit.field("key"), "name": visit.field("name") });
    if !visit.field("organization").is_empty() {
        body["organization"] = visit.field("organization").into();
    }
    match visit.ask::<Role>(Ask::new("create_role").body(body)).await {
        Ok(made) => visit.done(&path(&made.key), "made").await,
        Err(problem) => visit.again(new_form(&visit).await?, problem).await,
    }
}

async fn new_form(visit: &Visit) -> Result<Page, Stop> {
    let mut places = Vec::new();
    if visit.may_in("create_role", "") {
        places.push(Option_::new("", visit.say("roles-everywhere")));
    }
    places.extend(organizations(visit, "create_role").await?);
    let form = Form::new(visit, visit.say("roles-new"))
        .field(
            visit,
            Field::new("name", visit.say("field-name")).required(),
        )
        .field(
            visit,
            Field::new("key", visit.say("field-key"))
                .hint(visit.say("roles-key-hint"))
                .required(),
        )
        .field(
            visit,
            Field::new("organization", visit.say("field-counts-in")).kind(Kind::Choice(places)),
        )
        .cancel(visit.say("cancel"), visit.path(PATH));
    Ok(below(visit, Page::new(visit.say("roles-new"))).with(form))
}

async fn edit(visit: Visit) -> Answer {
    let role = found(&visit).await?;
    if !visit.may_in(
        "update_role",
        role.organization.as_deref().unwrap_or_default(),
    ) {
        return Err(Stop::Missing);
    }
    let page = edit_form(&visit, &role);
    visit.show(page).await
}

async fn update(visit: Visit) -> Answer {
    let role = found(&visit).await?;
    let ask = Ask::new("update_role")
        .at("role", &role.key)
        .version(visit.version())
        .body(json!({ "name": visit.field("name") }));
    match visit.tell(ask).await {
        Ok(()) => visit.done(&path(&role.key), "saved").await,
        Err(problem) => visit.again(edit_form(&visit, &role), problem).await,
    }
}

fn edit_form(visit: &Visit, role: &Role) -> Page {
    let at = visit.path(&path(&role.key));
    let name = Field::new("name", visit.say("field-name")).value(&role.name);
    let form = Form::new(visit, visit.say("save"))
        .field(visit, name.required())
        .hidden("version", role.version)
        .cancel(visit.say("cancel"), at.clone());
    below(visit, Page::new(visit.say("edit")))
        .below(&role.name, at)
        .with(form)
}

async fn ask_delete(visit: Visit) -> Answer {
    let role = found(&visit).await?;
    if !visit.may_in(
        "delete_role",
        role.organization.as_deref().unwrap_or_default(),
    ) {
        return Err(Stop::Missing);
    }
    visit.fresh()?;
    let page = delete_form(&visit, &role);
    visit.show(page).await
}

async fn delete(visit: Visit) -> Answer {
    let role = found(&visit).await?;
    visit.fresh()?;
    let ask = Ask::new("delete_role")
        .at("role", &role.key)
        .version(visit.version());
    match visit.tell(ask).await {
        Ok(()) => visit.done(PATH, "deleted").await,
        Err(problem) => visit.again(delete_form(&visit, &role), problem).await,
    }
}

fn delete_form(visit: &Visit, role: &Role) -> Page {
    let at = visit.path(&path(&role.key));
    let form = Form::new(visit, visit.say("delete"))
        .hidden("version", role.version)
        .danger()
        .cancel(visit.say("cancel"), at.clone());
    let consequences = [
        visit.say("roles-delete-consequence"),
        visit.say("no-way-back"),
    ];
    let title = visit.tell_of("delete-title", [("name", role.name.as_str())]);
    below(visit, Page::new(title))
        .below(&role.name, at)
        .with(Confirm::new(form, consequences))
}

fn counts_in(visit: &Visit, role: &Role) -> Cell {
    match &role.organization {
        Some(id) => Cell::code(id),
        None => Cell::text(visit.say("roles-everywhere")),
    }
}

async fn found(visit: &Visit) -> Result<Role, Stop> {
    Ok(visit
        .ask(Ask::new("get_role").at("role", visit.word("role")))
        .await?)
}

fn path(key: &str) -> String {
    format!("{PATH}/{}", encoded(key))
}

fn below(visit: &Visit, page: Page) -> Page {
    page.below(visit.say("roles"), visit.path(PATH))
}
