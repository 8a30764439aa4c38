//! The rules: which role may do what. A group of scopes leads to its table; every change is tried
//! before it is made.

mod change;
mod effects;
mod list;
mod matrix;
mod versions;
mod why;

use serde::{Deserialize, Serialize};
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::{Group, Section};
use crate::{
    component::{Cell, Empty, Field, Filter, Paging, Table, Tone},
    page::Page,
    run,
    visit::{Answer, Visit},
};

const PATH: &str = "/admin/rules";

/// A rule, as the operations take and answer it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Rule {
    role: String,
    pattern: String,
    effect: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
}

#[derive(Deserialize)]
struct ScopeGroup {
    group: String,
    scopes: usize,
}

/// Its pages.
pub fn section() -> Section {
    Section::new("rules", PATH, Group::Access, Some("get_rules"))
        .get("/admin/rules", run!(groups))
        .get("/admin/rules/groups/{group}", run!(matrix::show))
        .get("/admin/rules/list", run!(list::list))
        .get("/admin/rules/change", run!(change::ask))
        .post("/admin/rules/change", run!(change::preview))
        .get("/admin/rules/save", run!(change::again))
        .post("/admin/rules/save", run!(change::save))
        .get("/admin/rules/versions", run!(versions::list))
        .get("/admin/rules/versions/{version}", run!(versions::show))
        .get(
            "/admin/rules/versions/{version}/restore",
            run!(versions::ask_restore),
        )
        .post(
            "/admin/rules/versions/{version}/restore",
            run!(versions::restore),
        )
}

/// Why somebody may or may not do something: for those who see grants, also in one organization.
pub fn why() -> Section {
    Section::new("why", "/admin/why", Group::Access, Some("explain"))
        .get("/admin/why", run!(why::show))
}

async fn groups(visit: Visit) -> Answer {
    let ask = Ask::new("list_scope_groups")
        .with("text", visit.wish("text"))
        .with("after", visit.wish("after"));
    let found: Listed<ScopeGroup> = visit.ask(ask).await?;
    let empty = if visit.wish("text").is_empty() {
        Empty::new(visit.say("rules-empty"), visit.say("rules-empty-text"))
    } else {
        Empty::new(visit.say("nothing-found"), visit.say("nothing-found-text"))
    };
    let mut table = Table::new(
        visit.say("rules-groups"),
        [visit.say("field-group"), visit.say("field-scope")],
    )
    .paging(Paging::of(&visit, found.next.as_deref()))
    .or(empty);
    for own in found.items {
        let path = visit.path(&group_path(&own.group));
        table.push([
            Cell::link(own.group, path),
            Cell::text(own.scopes.to_string()),
        ]);
    }
    let text = Field::new("text", visit.say("rules-find"));
    let page = tabs(&visit, Page::new(visit.say("rules")), "")
        .lede(visit.say("rules-lede"))
        .with(Filter::new(&visit).field(&visit, text))
        .with(table);
    visit.show(page).await
}

/// The pages beside each other; `current` is what the path of this one ends with.
fn tabs(visit: &Visit, page: Page, current: &str) -> Page {
    page.action_if(
        visit.may_in("put_rules", ""),
        visit.say("rules-new"),
        visit.path("/admin/rules/change"),
    )
    .tab(visit.say("rules-tab"), visit.path(PATH), current.is_empty())
    .tab(
        visit.say("rules-all"),
        visit.path("/admin/rules/list"),
        current == "list",
    )
    .tab(
        visit.say("rules-versions"),
        visit.path("/admin/rules/versions"),
        current == "versions",
    )
}

fn below(visit: &Visit, page: Page) -> Page {
    page.below(visit.say("rules"), visit.path(PATH))
}

fn group_path(group: &str) -> String {
    format!("{PATH}/groups/{}", encoded(group))
}

/// Rules in a table, each with a link to its removal where that may be done.
fn rule_table<'a>(
    visit: &Visit,
    caption: String,
    rules: impl IntoIterator<Item = &'a Rule>,
) -> Table {
    let mut table = Table::new(
        caption,
        [
            visit.say("field-role"),
            visit.say("field-effect"),
            visit.say("field-pattern"),
            visit.say("field-counts-in"),
        ],
    );
    for rule in rules {
        table.push([
            Cell::code(&rule.role),
            effect(visit, &rule.effect),
            Cell::code(&rule.pattern),
            place(visit, rule.organization.as_deref()),
        ]);
    }
    table
}

fn effect(visit: &Visit, effect: &str) -> Cell {
    match effect {
        "allow" => Cell::badge(Tone::Good, visit.say("rules-allow")),
        "deny" => Cell::badge(Tone::Danger, visit.say("rules-deny")),
        _ => Cell::badge(Tone::Plain, visit.say("rules-nothing")),
    }
}

fn place(visit: &Visit, organization: Option<&str>) -> Cell {
    match organization {
        Some(id) => Cell::code(id),
        None => Cell::text(visit.say("roles-everywhere")),
    }
}

/// Where a rule is changed, with what it would become.
fn change_query(role: &str, pattern: &str, effect: &str, organization: &str) -> String {
    let mut query = format!(
        "change?role={}&pattern={}&effect={effect}",
        encoded(role),
        encoded(pattern)
    );
    if !organization.is_empty() {
        query.push_str("&organization=");
        query.push_str(&encoded(organization));
    }
    query
}
