//! Who would gain and who would lose what: a dry run, as a part of a page.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use symbolon_admin::{Ask, Problem};

use super::{Rule, rule_table};
use crate::{
    component::{Cell, Facts, Heading, Note, Table},
    page::Page,
    visit::Visit,
};

/// How many who gain or lose are named.
const NAMED: u32 = 10;

/// The most of anything that stands in one cell.
const SHOWN: usize = 8;

#[derive(Deserialize)]
pub(super) struct DryRun {
    pub(super) version: i64,
    added: Vec<Rule>,
    removed: Vec<Rule>,
    gains: Side,
    loses: Side,
}

#[derive(Deserialize)]
struct Side {
    subjects: u64,
    by_organization: BTreeMap<String, u64>,
    by_role: BTreeMap<String, u64>,
    by_scope: BTreeMap<String, u64>,
    listed: Vec<Affected>,
    truncated: bool,
}

#[derive(Deserialize)]
struct Affected {
    subject: String,
    organization: String,
    roles: Vec<String>,
    scopes: Vec<String>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(alias = "username")]
    name: String,
}

/// Tries rules, or those of a version.
pub(super) async fn tried(visit: &Visit, mut trial: Value) -> Result<DryRun, Problem> {
    trial["limit"] = NAMED.into();
    visit.ask(Ask::new("dry_run_rules").body(trial)).await
}

impl DryRun {
    /// Adds what it found to a page.
    pub(super) async fn onto(self, visit: &Visit, mut page: Page) -> Page {
        if self.added.is_empty() && self.removed.is_empty() {
            return page.with(Note::plain(visit.say("rules-same")));
        }
        for (rules, heading) in [
            (&self.added, "rules-added"),
            (&self.removed, "rules-removed"),
        ] {
            if !rules.is_empty() {
                let told = rules.iter().take(SHOWN * 4);
                page = page
                    .with(Heading(visit.text.count(heading, rules.len() as u64)))
                    .with(rule_table(visit, visit.say("rules-all"), told));
            }
        }
        page = side(visit, page, "rules-gains", self.gains).await;
        side(visit, page, "rules-loses", self.loses).await
    }
}

async fn side(visit: &Visit, page: Page, heading: &str, side: Side) -> Page {
    let mut page = page.with(Heading(visit.text.count(heading, side.subjects)));
    if side.subjects == 0 {
        return page;
    }
    let counts = |counts: &BTreeMap<String, u64>| {
        let told = counts.iter().map(|(key, count)| format!("{key}: {count}"));
        Cell::text(short(told.collect()))
    };
    page = page.with(
        Facts::new()
            .titled(visit.say("rules-counted"))
            .row(
                visit.say("field-organization"),
                counts(&side.by_organization),
            )
            .row(visit.say("field-role"), counts(&side.by_role))
            .row(visit.say("field-scope"), counts(&side.by_scope)),
    );
    let mut table = Table::new(
        visit.say("rules-affected"),
        [
            visit.say("field-who"),
            visit.say("field-organization"),
            visit.say("field-role"),
            visit.say("field-scope"),
        ],
    );
    for affected in side.listed {
        table.push([
            Cell::text(name_of(visit, &affected.subject).await),
            Cell::code(affected.organization),
            Cell::text(short(affected.roles)),
            Cell::text(short(affected.scopes)),
        ]);
    }
    page = page.with(table);
    if side.truncated {
        page = page.with(Note::plain(visit.say("rules-more")));
    }
    page
}

/// What somebody is called; the id, for who may not see that.
pub(super) async fn name_of(visit: &Visit, id: &str) -> String {
    for (operation, word) in [("get_user", "user"), ("get_machine", "machine")] {
        let found: Result<Named, _> = visit.ask(Ask::new(operation).at(word, id)).await;
        if let Ok(named) = found {
            return named.name;
        }
    }
    id.to_owned()
}

/// The first of many, and how many more there are.
fn short(mut all: Vec<String>) -> String {
    let more = all.len().saturating_sub(SHOWN);
    all.truncate(SHOWN);
    let told = all.join(", ");
    if more == 0 {
        told
    } else {
        format!("{told}, … +{more}")
    }
}
