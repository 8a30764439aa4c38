//! The versions of the rules: who made them and why, what is different today, and the way back.

use serde::Deserialize;
use serde_json::json;
use symbolon_admin::{Ask, Listed};

use super::{Rule, below, effects, list::InForce, rule_table, tabs};
use crate::{
    component::{Cell, Confirm, Facts, Field, Filter, Form, Heading, Note, Paging, Table},
    page::Page,
    visit::{Answer, Stop, Visit},
};

/// How many rules of a difference are shown on each side.
const SHOWN: usize = 100;

#[derive(Deserialize)]
struct Summary {
    version: u64,
    author: String,
    comment: String,
    created_at: String,
    rules: usize,
}

#[derive(Deserialize)]
struct Version {
    version: u64,
    author: String,
    comment: String,
    created_at: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
struct Difference {
    added: Vec<Rule>,
    removed: Vec<Rule>,
}

pub(super) async fn list(visit: Visit) -> Answer {
    let ask = Ask::new("list_rule_versions").with("after", visit.wish("after"));
    let found: Listed<Summary> = visit.ask(ask).await?;
    let mut table = Table::new(
        visit.say("rules-versions"),
        [
            visit.say("field-version"),
            visit.say("field-created"),
            visit.say("field-comment"),
            visit.say("field-who"),
            visit.say("rules"),
        ],
    )
    .paging(Paging::of(&visit, found.next.as_deref()));
    for own in found.items {
        let path = format!("/admin/rules/versions/{}", own.version);
        table.push([
            Cell::link(own.version.to_string(), visit.path(&path)),
            Cell::moment(&own.created_at),
            Cell::text(own.comment),
            Cell::text(own.author),
            Cell::text(own.rules.to_string()),
        ]);
    }
    let page = tabs(&visit, Page::new(visit.say("rules-versions")), "versions")
        .lede(visit.say("rules-versions-lede"))
        .with(table);
    visit.show(page).await
}

/// A version, and what has to be done to it to get another: the one in force, unless asked.
pub(super) async fn show(visit: Visit) -> Answer {
    let own = found(&visit).await?;
    let InForce { version, .. } = visit.ask(Ask::new("get_rules")).await?;
    let to = match visit.wish("to") {
        "" => version.to_string(),
        to => to.to_owned(),
    };
    let ask = Ask::new("compare_rules")
        .with("from", own.version)
        .with("to", &to);
    let difference: Difference = visit.ask(ask).await?;
    let author = effects::name_of(&visit, &own.author).await;
    let facts = Facts::new()
        .titled(visit.say("facts"))
        .row(visit.say("field-created"), Cell::moment(&own.created_at))
        .row(visit.say("field-who"), Cell::text(author))
        .row(visit.say("field-comment"), Cell::text(&own.comment))
        .row(visit.say("rules"), Cell::text(own.rules.len().to_string()));
    let is_current = i64::try_from(own.version) == Ok(version);
    let restore = format!("/admin/rules/versions/{}/restore", own.version);
    let other = Field::new("to", visit.say("rules-compare-to"));
    let mut page = in_versions(&visit, Page::new(title(&visit, own.version)))
        .action_if(
            visit.may_in("restore_rules", "") && !is_current,
            visit.say("rules-restore"),
            visit.path(&restore),
        )
        .with(facts)
        .with(Filter::new(&visit).field(&visit, other));
    let sides = [
        (&difference.added, "rules-since-added"),
        (&difference.removed, "rules-since-removed"),
    ];
    for (rules, heading) in sides {
        if rules.is_empty() {
            continue;
        }
        let number = u64::try_from(rules.len()).unwrap_or(u64::MAX);
        page = page
            .with(Heading(visit.text.count(heading, number)))
            .with(rule_table(
                &visit,
                visit.say("rules-all"),
                rules.iter().take(SHOWN),
            ));
        if rules.len() > SHOWN {
            page = page.with(Note::plain(visit.say("rules-more")));
        }
    }
    if difference.added.is_empty() && difference.removed.is_empty() {
        let same = visit.tell_of("rules-version-same", [("version", to.as_str())]);
        page = page.with(Note::plain(same));
    }
    visit.show(page).await
}

pub(super) async fn ask_restore(visit: Visit) -> Answer {
    allowed(&visit)?;
    visit.fresh()?;
    let page = restore_form(&visit).await?;
    visit.show(page).await
}

pub(super) async fn restore(visit: Visit) -> Answer {
    allowed(&visit)?;
    visit.fresh()?;
    let own = found(&visit).await?;
    let mut body = json!({});
    if !visit.field("comment").is_empty() {
        body["comment"] = visit.field("comment").into();
    }
    let ask = Ask::new("restore_rules")
        .at("version", own.version)
        .version(visit.version())
        .body(body);
    match visit.tell(ask).await {
        Ok(()) => visit.done("/admin/rules/versions", "rules-saved").await,
        Err(problem) => visit.again(restore_form(&visit).await?, problem).await,
    }
}

async fn restore_form(visit: &Visit) -> Result<Page, Stop> {
    let own = found(visit).await?;
    let run = effects::tried(visit, json!({ "version": own.version })).await?;
    let at = format!("/admin/rules/versions/{}", own.version);
    let form = Form::new(visit, visit.say("rules-restore"))
        .hidden("version", run.version)
        .field(
            visit,
            Field::new("comment", visit.say("field-comment")).hint(visit.say("rules-comment-hint")),
        )
        .cancel(visit.say("cancel"), visit.path(&at));
    let version = own.version.to_string();
    let title = visit.tell_of("rules-restore-title", [("version", version.as_str())]);
    let page = in_versions(visit, Page::new(title));
    let page = run.onto(visit, page).await;
    Ok(page.with(Confirm::new(form, [visit.say("rules-restore-consequence")])))
}

fn allowed(visit: &Visit) -> Result<(), Stop> {
    if visit.may_in("restore_rules", "") {
        Ok(())
    } else {
        Err(Stop::Missing)
    }
}

async fn found(visit: &Visit) -> Result<Version, Stop> {
    let ask = Ask::new("get_rule_version").at("version", visit.word("version"));
    Ok(visit.ask(ask).await?)
}

fn title(visit: &Visit, version: u64) -> String {
    let version = version.to_string();
    visit.tell_of("rules-version", [("version", version.as_str())])
}

fn in_versions(visit: &Visit, page: Page) -> Page {
    below(visit, page).below(
        visit.say("rules-versions"),
        visit.path("/admin/rules/versions"),
    )
}
