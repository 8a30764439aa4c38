//! Organizations.

use serde_json::json;
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::{
    Group, Section,
    common::{Organization, state},
};
use crate::{
    component::{Cell, Confirm, Empty, Facts, Field, Form, Paging, Table},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/admin/organizations";

/// Its pages.
pub fn section() -> Section {
    Section::new(
        "organizations",
        PATH,
        Group::Directory,
        Some("list_organizations"),
    )
    .get("/admin/organizations", run!(list))
    .get("/admin/organizations/new", run!(new))
    .post("/admin/organizations/new", run!(create))
    .get("/admin/organizations/{organization}", run!(show))
    .get("/admin/organizations/{organization}/edit", run!(edit))
    .post("/admin/organizations/{organization}/edit", run!(update))
    .get(
        "/admin/organizations/{organization}/disable",
        run!(ask_disable),
    )
    .post("/admin/organizations/{organization}/disable", run!(disable))
    .get(
        "/admin/organizations/{organization}/delete",
        run!(ask_delete),
    )
    .post("/admin/organizations/{organization}/delete", run!(delete))
}

async fn list(visit: Visit) -> Answer {
    let ask = Ask::new("list_organizations").with("after", visit.wish("after"));
    let found: Listed<Organization> = visit.ask(ask).await?;
    let may_create = visit.may_in("create_organization", "");
    let new = visit.path("/admin/organizations/new");
    let empty = Empty::new(
        visit.say("organizations-empty"),
        visit.say("organizations-empty-text"),
    );
    let mut table = Table::new(
        visit.say("organizations"),
        [
            visit.say("field-name"),
            visit.say("field-id"),
            visit.say("field-state"),
            visit.say("field-created"),
        ],
    )
    .paging(Paging::of(&visit, found.next.as_deref()))
    .or(empty.action_if(may_create, visit.say("organizations-new"), new.clone()));
    for organization in found.items {
        table.push([
            Cell::link(organization.name, visit.path(&path(&organization.id))),
            Cell::code(organization.id),
            state(&visit, organization.disabled),
            Cell::moment(&organization.created_at),
        ]);
    }
    let page = Page::new(visit.say("organizations"))
        .lede(visit.say("organizations-lede"))
        .action_if(may_create, visit.say("organizations-new"), new)
        .with(table);
    visit.show(page).await
}

async fn show(visit: Visit) -> Answer {
    let organization = found(&visit).await?;
    let at = visit.path(&path(&organization.id));
    let id = encoded(&organization.id);
    let may_update = visit.may_in("update_organization", &organization.id);
    let toggle = if organization.disabled {
        visit.say("enable")
    } else {
        visit.say("disable")
    };
    let facts = Facts::new()
        .titled(visit.say("facts"))
        .row(visit.say("field-id"), Cell::code(&organization.id))
        .row(
            visit.say("field-state"),
            state(&visit, organization.disabled),
        )
        .row(
            visit.say("field-created"),
            Cell::moment(&organization.created_at),
        )
        .action_if(may_update, toggle, format!("{at}/disable"))
        .action_if(
            visit.may_in("delete_organization", ""),
            visit.say("delete"),
            format!("{at}/delete"),
        );
    let lists = [
        ("list_users", "people", "/admin/people"),
        ("list_machines", "machines", "/admin/machines"),
        ("list_clients", "applications", "/admin/applications"),
        ("list_roles", "roles", "/admin/roles"),
    ];
    let mut inside = Facts::new().titled(visit.say("organizations-inside"));
    for (operation, name, path) in lists {
        if visit.may_in(operation, &organization.id) {
            let address = visit.path(&format!("{path}?organization={id}"));
            inside = inside.row(visit.say(name), Cell::link(visit.say("show-list"), address));
        }
    }
    let page = below(&visit, Page::new(organization.name))
        .action_if(may_update, visit.say("edit"), format!("{at}/edit"))
        .with(facts)
        .with(inside);
    visit.show(page).await
}

async fn new(visit: Visit) -> Answer {
    if !visit.may_in("create_organization", "") {
        return Err(Stop::Missing);
    }
    let page = new_form(&visit);
    visit.show(page).await
}

async fn create(visit: Visit) -> Answer {
    let mut body = json!({ "name": visit.field("name") });
    if !visit.field("id").is_empty() {
        body["id"] = visit.field("id").into();
    }
    let made = visit.ask(Ask::new("create_organization").body(body)).await;
    let made: Organization = match made {
        Ok(made) => made,
        Err(problem) => return visit.again(new_form(&visit), problem).await,
    };
    visit.done(&path(&made.id), "organizations-made").await
}

fn new_form(visit: &Visit) -> Page {
    let form = Form::new(visit, visit.say("organizations-new"))
        .field(
            visit,
            Field::new("name", visit.say("field-name")).required(),
        )
        .field(
            visit,
            Field::new("id", visit.say("field-id")).hint(visit.say("organizations-id-hint")),
        )
        .cancel(visit.say("cancel"), visit.path(PATH));
    below(visit, Page::new(visit.say("organizations-new"))).with(form)
}

async fn edit(visit: Visit) -> Answer {
    let organization = found(&visit).await?;
    if !visit.may_in("update_organization", &organization.id) {
        return Err(Stop::Missing);
    }
    let page = edit_form(&visit, &organization);
    visit.show(page).await
}

async fn update(visit: Visit) -> Answer {
    let organization = found(&visit).await?;
    let ask = Ask::new("update_organization")
        .at("organization", &organization.id)
        .version(visit.version())
        .body(json!({ "name": visit.field("name") }));
    match visit.tell(ask).await {
        Ok(()) => visit.done(&path(&organization.id), "saved").await,
        Err(problem) => visit.again(edit_form(&visit, &organization), problem).await,
    }
}

fn edit_form(visit: &Visit, organization: &Organization) -> Page {
    let at = visit.path(&path(&organization.id));
    let name = Field::new("name", visit.say("field-name")).value(&organization.name);
    let form = Form::new(visit, visit.say("save"))
        .field(visit, name.required())
        .hidden("version", organization.version)
        .cancel(visit.say("cancel"), at.clone());
    below(visit, Page::new(visit.say("edit")))
        .below(&organization.name, at)
        .with(form)
}

async fn ask_disable(visit: Visit) -> Answer {
    let organization = found(&visit).await?;
    if !visit.may_in("update_organization", &organization.id) {
        return Err(Stop::Missing);
    }
    let page = disable_form(&visit, &organization);
    visit.show(page).await
}

async fn disable(visit: Visit) -> Answer {
    let organization = found(&visit).await?;
    let disabled = visit.field("disabled") == "true";
    let ask = Ask::new("update_organization")
        .at("organization", &organization.id)
        .version(visit.version())
        .body(json!({ "disabled": disabled }));
    let done = if disabled { "disabled" } else { "enabled" };
    match visit.tell(ask).await {
        Ok(()) => visit.done(&path(&organization.id), done).await,
        Err(problem) => {
            visit
                .again(disable_form(&visit, &organization), problem)
                .await
        }
    }
}

fn disable_form(visit: &Visit, organization: &Organization) -> Page {
    let at = visit.path(&path(&organization.id));
    let name = [("name", organization.name.as_str())];
    let (title, consequence, submit) = if organization.disabled {
        (
            visit.tell_of("enable-title", name),
            visit.say("organizations-enable-consequence"),
            visit.say("enable"),
        )
    } else {
        (
            visit.tell_of("disable-title", name),
            visit.say("organizations-disable-consequence"),
            visit.say("disable"),
        )
    };
    let mut form = Form::new(visit, submit)
        .hidden("version", organization.version)
        .hidden("disabled", !organization.disabled)
        .cancel(visit.say("cancel"), at.clone());
    if !organization.disabled {
        form = form.danger();
    }
    below(visit, Page::new(title))
        .below(&organization.name, at)
        .with(Confirm::new(form, [consequence]))
}

async fn ask_delete(visit: Visit) -> Answer {
    let organization = found(&visit).await?;
    if !visit.may_in("delete_organization", "") {
        return Err(Stop::Missing);
    }
    visit.fresh()?;
    let page = delete_form(&visit, &organization);
    visit.show(page).await
}

async fn delete(visit: Visit) -> Answer {
    let organization = found(&visit).await?;
    visit.fresh()?;
    let ask = Ask::new("delete_organization")
        .at("organization", &organization.id)
        .version(visit.version());
    match visit.tell(ask).await {
        Ok(()) => visit.done(PATH, "deleted").await,
        Err(problem) => {
            visit
                .again(delete_form(&visit, &organization), problem)
                .await
        }
    }
}

fn delete_form(visit: &Visit, organization: &Organization) -> Page {
    let at = visit.path(&path(&organization.id));
    let form = Form::new(visit, visit.say("delete"))
        .hidden("version", organization.version)
        .danger()
        .cancel(visit.say("cancel"), at.clone());
    let consequences = [
        visit.say("organizations-delete-consequence"),
        visit.say("no-way-back"),
    ];
    below(
        visit,
        Page::new(visit.tell_of("delete-title", [("name", organization.name.as_str())])),
    )
    .below(&organization.name, at)
    .with(Confirm::new(form, consequences))
}

async fn found(visit: &Visit) -> Result<Organization, Stop> {
    let ask = Ask::new("get_organization").at("organization", visit.word("organization"));
    Ok(visit.ask(ask).await?)
}

fn path(id: &str) -> String {
    format!("{PATH}/{}", encoded(id))
}

fn below(visit: &Visit, page: Page) -> Page {
    page.below(visit.say("organizations"), visit.path(PATH))
}
