//! All rules, those with a pattern among them.

use serde::Deserialize;
use symbolon_admin::Ask;

use super::{Rule, change_query, effect, place, tabs};
use crate::{
    component::{Cell, Empty, Field, Filter, Kind, Option_, Paging, Table},
    page::Page,
    visit::{Answer, Visit},
};

/// How many stand on a page.
const PAGE: usize = 50;

/// The rules in force.
#[derive(Deserialize)]
pub(super) struct InForce {
    pub(super) version: i64,
    pub(super) rules: Vec<Rule>,
}

pub(super) async fn list(visit: Visit) -> Answer {
    let InForce { rules, .. } = visit.ask(Ask::new("get_rules")).await?;
    let (role, pattern, kind) = (
        visit.wish("role"),
        visit.wish("pattern"),
        visit.wish("kind"),
    );
    let after = visit.wish("after");
    let wanted = |rule: &&Rule| {
        let kind = match kind {
            "pattern" => rule.pattern.ends_with('*'),
            "" => true,
            effect => rule.effect == effect,
        };
        kind && has(&rule.role, role) && has(&rule.pattern, pattern) && is_behind(rule, after)
    };
    let mut found: Vec<&Rule> = rules.iter().filter(wanted).take(PAGE + 1).collect();
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| more).map(|rule| key(rule));
    let may = visit.may_in("put_rules", "");
    let mut table = Table::new(
        visit.say("rules-all"),
        [
            visit.say("field-role"),
            visit.say("field-effect"),
            visit.say("field-pattern"),
            visit.say("field-counts-in"),
            visit.say("field-act"),
        ],
    )
    .paging(Paging::of(&visit, next.as_deref()))
    .or(Empty::new(
        visit.say("nothing-found"),
        visit.say("nothing-found-text"),
    ));
    for rule in found {
        let organization = rule.organization.as_deref().unwrap_or_default();
        let query = change_query(&rule.role, &rule.pattern, "none", organization);
        table.push([
            Cell::code(&rule.role),
            effect(&visit, &rule.effect),
            Cell::code(&rule.pattern),
            place(&visit, rule.organization.as_deref()),
            if may {
                Cell::link(
                    visit.say("change"),
                    visit.path(&format!("/admin/rules/{query}")),
                )
            } else {
                Cell::text("–")
            },
        ]);
    }
    let kinds = vec![
        Option_::new("", visit.say("filter-all")),
        Option_::new("pattern", visit.say("rules-with-pattern")),
        Option_::new("allow", visit.say("rules-allow")),
        Option_::new("deny", visit.say("rules-deny")),
    ];
    let filter = Filter::new(&visit)
        .field(&visit, Field::new("role", visit.say("field-role")))
        .field(&visit, Field::new("pattern", visit.say("field-pattern")))
        .field(
            &visit,
            Field::new("kind", visit.say("field-effect")).kind(Kind::Choice(kinds)),
        );
    let page = tabs(&visit, Page::new(visit.say("rules-all")), "list")
        .lede(visit.say("rules-all-lede"))
        .with(filter)
        .with(table);
    visit.show(page).await
}

/// What is sorted by, in the order in which rules are answered.
fn key(rule: &Rule) -> String {
    let organization = rule.organization.as_deref().unwrap_or_default();
    format!(
        "{} {} {} {organization}",
        rule.role, rule.pattern, rule.effect
    )
}

fn is_behind(rule: &Rule, after: &str) -> bool {
    // Part by part: a space is less than whatever a part may continue with.
    key(rule).split(' ').gt(after.split(' ')) || after.is_empty()
}

fn has(text: &str, part: &str) -> bool {
    text.to_ascii_lowercase()
        .contains(&part.to_ascii_lowercase())
}
