//! Protected APIs: their scopes, and which endpoint needs which.

mod parts;

use serde::{Deserialize, Serialize};
use serde_json::json;
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::{Group, Section};
use crate::{
    component::{Cell, Confirm, Empty, Facts, Field, Filter, Form, Paging, Table},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/admin/apis";

/// How many scopes or endpoints stand on a page.
const PAGE: usize = 50;

#[derive(Deserialize)]
struct Summary {
    audience: String,
    name: String,
    scopes: usize,
    endpoints: usize,
}

#[derive(Deserialize)]
struct Api {
    audience: String,
    name: String,
    scopes: Vec<Scope>,
    endpoints: Vec<Endpoint>,
    created_at: String,
    version: i64,
}

#[derive(Clone, Serialize, Deserialize)]
struct Scope {
    scope: String,
    #[serde(default)]
    description: String,
}

#[derive(Clone, Serialize, Deserialize)]
struct Endpoint {
    method: String,
    template: String,
    scope: String,
}

/// Its pages.
pub fn section() -> Section {
    Section::new("apis", PATH, Group::Access, Some("list_apis"))
        .get("/admin/apis", run!(list))
        .get("/admin/apis/new", run!(new))
        .post("/admin/apis/new", run!(create))
        .get("/admin/apis/{audience}", run!(show))
        .get("/admin/apis/{audience}/endpoints", run!(endpoints))
        .get("/admin/apis/{audience}/edit", run!(edit))
        .post("/admin/apis/{audience}/edit", run!(update))
        .get("/admin/apis/{audience}/delete", run!(ask_delete))
        .post("/admin/apis/{audience}/delete", run!(delete))
        .get("/admin/apis/{audience}/add-scope", run!(parts::ask_scope))
        .post("/admin/apis/{audience}/add-scope", run!(parts::add_scope))
        .get(
            "/admin/apis/{audience}/add-endpoint",
            run!(parts::ask_endpoint),
        )
        .post(
            "/admin/apis/{audience}/add-endpoint",
            run!(parts::add_endpoint),
        )
        .get("/admin/apis/{audience}/remove", run!(parts::ask_remove))
        .post("/admin/apis/{audience}/remove", run!(parts::remove))
}

async fn list(visit: Visit) -> Answer {
    let ask = Ask::new("list_apis").with("after", visit.wish("after"));
    let found: Listed<Summary> = visit.ask(ask).await?;
    let may_create = visit.may_in("create_api", "");
    let new = visit.path("/admin/apis/new");
    let empty = Empty::new(visit.say("apis-empty"), visit.say("apis-empty-text"));
    let mut table = Table::new(
        visit.say("apis"),
        [
            visit.say("field-name"),
            visit.say("field-audience"),
            visit.say("apis-scopes"),
            visit.say("apis-endpoints"),
        ],
    )
    .paging(Paging::of(&visit, found.next.as_deref()))
    .or(empty.action_if(may_create, visit.say("apis-new"), new.clone()));
    for api in found.items {
        table.push([
            Cell::link(api.name, visit.path(&path(&api.audience))),
            Cell::code(api.audience),
            Cell::text(api.scopes.to_string()),
            Cell::text(api.endpoints.to_string()),
        ]);
    }
    let page = Page::new(visit.say("apis"))
        .lede(visit.say("apis-lede"))
        .action_if(may_create, visit.say("apis-new"), new)
        .with(table);
    visit.show(page).await
}

/// What is known, and the scopes.
async fn show(visit: Visit) -> Answer {
    let api = found(&visit).await?;
    let at = visit.path(&path(&api.audience));
    let may = visit.may_in("update_api", "");
    let facts = Facts::new()
        .titled(visit.say("facts"))
        .row(visit.say("field-audience"), Cell::code(&api.audience))
        .row(visit.say("field-created"), Cell::moment(&api.created_at))
        .action_if(may, visit.say("edit"), format!("{at}/edit"))
        .action_if(
            visit.may_in("delete_api", ""),
            visit.say("delete"),
            format!("{at}/delete"),
        );
    let (part, after) = (visit.wish("scope"), visit.wish("after"));
    let mut wanted: Vec<&Scope> = api.scopes.iter().collect();
    wanted.sort_by(|one, other| one.scope.cmp(&other.scope));
    wanted.retain(|own| own.scope.as_str() > after && has(&own.scope, part));
    let next = cut(&mut wanted, |own| own.scope.clone());
    let mut table = Table::new(
        visit.say("apis-scopes"),
        [
            visit.say("field-scope"),
            visit.say("field-description"),
            visit.say("field-act"),
        ],
    )
    .paging(Paging::of(&visit, next.as_deref()))
    .or(nothing(&visit, "apis-scopes-empty-text"));
    for own in wanted {
        let remove = format!("{at}/remove?scope={}", encoded(&own.scope));
        table.push([
            Cell::code(&own.scope),
            Cell::text(&own.description),
            if may {
                Cell::link(visit.say("remove"), remove)
            } else {
                Cell::text("–")
            },
        ]);
    }
    let scope = Field::new("scope", visit.say("field-scope"));
    let page = tabs(&visit, &api, false)
        .action_if(may, visit.say("apis-scope-new"), format!("{at}/add-scope"))
        .with(facts)
        .with(Filter::new(&visit).field(&visit, scope))
        .with(table);
    visit.show(page).await
}

async fn endpoints(visit: Visit) -> Answer {
    let api = found(&visit).await?;
    let at = visit.path(&path(&api.audience));
    let may = visit.may_in("update_api", "");
    let (part, scope, after) = (visit.wish("path"), visit.wish("scope"), visit.wish("after"));
    let mut wanted: Vec<&Endpoint> = api.endpoints.iter().collect();
    wanted.sort_by_key(|own| position(own));
    wanted.retain(|own| {
        position(own).as_str() > after && has(&own.template, part) && has(&own.scope, scope)
    });
    let next = cut(&mut wanted, position);
    let mut table = Table::new(
        visit.say("apis-endpoints"),
        [
            visit.say("field-path"),
            visit.say("field-method"),
            visit.say("why-needed"),
            visit.say("field-act"),
        ],
    )
    .paging(Paging::of(&visit, next.as_deref()))
    .or(nothing(&visit, "apis-endpoints-empty-text"));
    for own in wanted {
        let remove = format!(
            "{at}/remove?method={}&template={}",
            encoded(&own.method),
            encoded(&own.template)
        );
        table.push([
            Cell::code(&own.template),
            Cell::code(&own.method),
            Cell::code(&own.scope),
            if may {
                Cell::link(visit.say("remove"), remove)
            } else {
                Cell::text("–")
            },
        ]);
    }
    let filter = Filter::new(&visit)
        .field(&visit, Field::new("path", visit.say("field-path")))
        .field(&visit, Field::new("scope", visit.say("field-scope")));
    let page = tabs(&visit, &api, true)
        .action_if(
            may,
            visit.say("apis-endpoint-new"),
            format!("{at}/add-endpoint"),
        )
        .with(filter)
        .with(table);
    visit.show(page).await
}

async fn new(visit: Visit) -> Answer {
    allowed(&visit, "create_api")?;
    let page = new_form(&visit);
    visit.show(page).await
}

async fn create(visit: Visit) -> Answer {
    allowed(&visit, "create_api")?;
    let body = json!({ "audience": visit.field("audience"), "name": visit.field("name") });
    match visit.ask::<Api>(Ask::new("create_api").body(body)).await {
        Ok(made) => visit.done(&path(&made.audience), "made").await,
        Err(problem) => visit.again(new_form(&visit), problem).await,
    }
}

fn new_form(visit: &Visit) -> Page {
    let form = Form::new(visit, visit.say("apis-new"))
        .field(
            visit,
            Field::new("name", visit.say("field-name")).required(),
        )
        .field(
            visit,
            Field::new("audience", visit.say("field-audience"))
                .hint(visit.say("apis-audience-hint"))
                .required(),
        )
        .cancel(visit.say("cancel"), visit.path(PATH));
    Page::new(visit.say("apis-new"))
        .below(visit.say("apis"), visit.path(PATH))
        .with(form)
}

async fn edit(visit: Visit) -> Answer {
    allowed(&visit, "update_api")?;
    let api = found(&visit).await?;
    let page = edit_form(&visit, &api);
    visit.show(page).await
}

async fn update(visit: Visit) -> Answer {
    allowed(&visit, "update_api")?;
    let api = found(&visit).await?;
    let ask = Ask::new("update_api")
        .at("audience", &api.audience)
        .version(visit.version())
        .body(json!({ "name": visit.field("name") }));
    match visit.tell(ask).await {
        Ok(()) => visit.done(&path(&api.audience), "saved").await,
        Err(problem) => visit.again(edit_form(&visit, &api), problem).await,
    }
}

fn edit_form(visit: &Visit, api: &Api) -> Page {
    let name = Field::new("name", visit.say("field-name")).value(&api.name);
    let form = Form::new(visit, visit.say("save"))
        .field(visit, name.required())
        .hidden("version", api.version)
        .cancel(visit.say("cancel"), visit.path(&path(&api.audience)));
    below(visit, api, visit.say("edit")).with(form)
}

async fn ask_delete(visit: Visit) -> Answer {
    allowed(&visit, "delete_api")?;
    visit.fresh()?;
    let api = found(&visit).await?;
    let page = delete_form(&visit, &api);
    visit.show(page).await
}

async fn delete(visit: Visit) -> Answer {
    allowed(&visit, "delete_api")?;
    visit.fresh()?;
    let api = found(&visit).await?;
    let ask = Ask::new("delete_api")
        .at("audience", &api.audience)
        .version(visit.version());
    match visit.tell(ask).await {
        Ok(()) => visit.done(PATH, "deleted").await,
        Err(problem) => visit.again(delete_form(&visit, &api), problem).await,
    }
}

fn delete_form(visit: &Visit, api: &Api) -> Page {
    let form = Form::new(visit, visit.say("delete"))
        .hidden("version", api.version)
        .danger()
        .cancel(visit.say("cancel"), visit.path(&path(&api.audience)));
    let consequences = [
        visit.say("apis-delete-consequence"),
        visit.say("no-way-back"),
    ];
    let title = visit.tell_of("delete-title", [("name", api.name.as_str())]);
    below(visit, api, title).with(Confirm::new(form, consequences))
}

async fn found(visit: &Visit) -> Result<Api, Stop> {
    let ask = Ask::new("get_api").at("audience", visit.word("audience"));
    Ok(visit.ask(ask).await?)
}

fn allowed(visit: &Visit, operation: &str) -> Result<(), Stop> {
    if visit.may_in(operation, "") {
        Ok(())
    } else {
        Err(Stop::Missing)
    }
}

fn path(audience: &str) -> String {
    format!("{PATH}/{}", encoded(audience))
}

fn below(visit: &Visit, api: &Api, title: String) -> Page {
    Page::new(title)
        .below(visit.say("apis"), visit.path(PATH))
        .below(&api.name, visit.path(&path(&api.audience)))
}

fn tabs(visit: &Visit, api: &Api, endpoints: bool) -> Page {
    let at = visit.path(&path(&api.audience));
    Page::new(&api.name)
        .below(visit.say("apis"), visit.path(PATH))
        .tab(visit.say("apis-scopes"), at.clone(), !endpoints)
        .tab(
            visit.say("apis-endpoints"),
            format!("{at}/endpoints"),
            endpoints,
        )
}

fn nothing(visit: &Visit, text: &str) -> Empty {
    Empty::new(visit.say("nothing-found"), visit.say(text))
}

/// Leaves a page of what was found, and says what the next one begins behind.
fn cut<T>(found: &mut Vec<&T>, key: impl Fn(&T) -> String) -> Option<String> {
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    found.last().filter(|_| more).map(|last| key(last))
}

fn position(endpoint: &Endpoint) -> String {
    format!("{} {}", endpoint.template, endpoint.method)
}

fn has(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase()
        .contains(&part.to_ascii_lowercase())
}
