//! The table of a group: roles against its scopes. So many of each that it stays readable, and the
//! page small; filters and links lead to the rest.

use askama::Template;
use serde::Deserialize;
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;
use symbolon_web::language::Text;

use super::{Rule, below, change_query, tabs};
use crate::{
    component::{Empty, Field, Filter, Html, Kind, Note, Option_},
    page::Page,
    section::common::organizations,
    visit::{Answer, Stop, Visit},
};

/// How many roles and scopes stand in a table.
const ROWS: usize = 20;
const COLUMNS: usize = 8;

#[derive(Deserialize)]
struct Scope {
    scope: String,
    description: String,
}

#[derive(Deserialize)]
struct Row {
    role: String,
    name: String,
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    effect: Option<String>,
    rules: Vec<Rule>,
    elsewhere: bool,
}

#[derive(Template)]
#[template(path = "console/matrix.html")]
struct View<'a> {
    text: &'a Text,
    caption: &'a str,
    columns: &'a [Column<'a>],
    rows: &'a [ShownRow],
    columns_paging: Paging,
    rows_paging: Paging,
}

/// Where the first part of a direction is, and the next.
struct Paging {
    first: Option<String>,
    next: Option<String>,
}

struct Column<'a> {
    name: &'a str,
    scope: &'a str,
    description: &'a str,
}

struct ShownRow {
    role: String,
    name: String,
    cells: Vec<ShownCell>,
}

struct ShownCell {
    class: &'static str,
    words: String,
    change: Option<String>,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let group = visit.word("group");
    let ask = Ask::new("list_scopes")
        .with("group", group)
        .with("limit", COLUMNS)
        .with("after", visit.wish("columns"));
    let scopes: Listed<Scope> = visit.ask(ask).await?;
    if scopes.items.is_empty() {
        return Err(Stop::Missing);
    }
    let names: Vec<&str> = scopes.items.iter().map(|own| own.scope.as_str()).collect();
    let ask = Ask::new("list_rule_matrix")
        .with("scopes", names.join(" "))
        .with("role", visit.wish("role"))
        .with("organization", visit.wish("organization"))
        .with("limit", ROWS)
        .with("after", visit.wish("after"));
    let found: Listed<Row> = visit.ask(ask).await?;
    let columns: Vec<Column<'_>> = scopes.items.iter().map(column).collect();
    let rows: Vec<ShownRow> = found
        .items
        .into_iter()
        .map(|row| shown(&visit, row, &names))
        .collect();
    let page = below(&visit, tabs(&visit, Page::new(group), ""))
        .lede(visit.say("rules-matrix-lede"))
        .with(filter(&visit).await?);
    let page = if rows.is_empty() {
        page.with(Empty::new(
            visit.say("nothing-found"),
            visit.say("nothing-found-text"),
        ))
    } else {
        let view = View {
            text: &visit.text,
            caption: group,
            columns: &columns,
            rows: &rows,
            columns_paging: paging(&visit, "columns", scopes.next.as_deref()),
            rows_paging: paging(&visit, "after", found.next.as_deref()),
        };
        page.with(Html::of(&view)?)
    };
    let page = page.with(Note::plain(visit.say("rules-legend")));
    visit.show(page).await
}

fn column(own: &Scope) -> Column<'_> {
    let name = own.scope.rsplit('.').next();
    Column {
        name: name.unwrap_or(&own.scope),
        scope: &own.scope,
        description: &own.description,
    }
}

fn shown(visit: &Visit, row: Row, scopes: &[&str]) -> ShownRow {
    let may = visit.may_in("put_rules", "");
    let organization = visit.wish("organization");
    let cells = row.cells.iter().zip(scopes).map(|(cell, scope)| {
        let own = cell.rules.iter().any(|rule| {
            rule.pattern == **scope
                && rule.organization.as_deref().unwrap_or_default() == organization
        });
        // What one wants who comes here: the other answer.
        let (class, words, wanted) = match cell.effect.as_deref() {
            Some("allow") if own => ("good", "rules-allow", "none"),
            Some("allow") => ("good", "rules-allow", "deny"),
            Some(_) => ("danger", "rules-deny", "none"),
            None => ("plain", "rules-no", "allow"),
        };
        let mut words = visit.say(words);
        if cell.effect.is_some() && !own {
            words.push_str(" *");
        }
        if cell.elsewhere {
            words.push_str(" °");
        }
        let query = change_query(&row.role, scope, wanted, organization);
        ShownCell {
            class,
            words,
            change: may.then(|| format!("../{query}")),
        }
    });
    ShownRow {
        cells: cells.collect(),
        role: row.role.clone(),
        name: row.name.clone(),
    }
}

async fn filter(visit: &Visit) -> Result<Filter, Stop> {
    let mut places = vec![Option_::new("", visit.say("roles-everywhere"))];
    places.extend(organizations(visit, "list_organizations").await?);
    Ok(Filter::new(visit)
        .field(visit, Field::new("role", visit.say("field-role")))
        .field(
            visit,
            Field::new("organization", visit.say("rules-acting")).kind(Kind::Choice(places)),
        ))
}

/// The way on in one of the two directions; what was asked for otherwise stays.
fn paging(visit: &Visit, cursor: &str, next: Option<&str>) -> Paging {
    let address = |value: Option<&str>| {
        let kept = visit.query.pairs().iter();
        // A cursor of roles is one for these scopes.
        let kept = kept.filter(|(name, _)| name != cursor && name != "after");
        let kept = kept.map(|(name, value)| (name.as_str(), value.as_str()));
        let pairs = kept.chain(value.map(|value| (cursor, value)));
        let pairs = pairs.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        format!("?{}", pairs.collect::<Vec<_>>().join("&"))
    };
    Paging {
        first: (!visit.wish(cursor).is_empty()).then(|| address(None)),
        next: next.map(|next| address(Some(next))),
    }
}
