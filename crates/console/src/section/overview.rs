//! The overview: how the installation is doing, from its own data.

mod plot;

use serde::Deserialize;
use symbolon_admin::Ask;
use symbolon_core::time::Timestamp;

use super::{Group, Section};
use crate::{
    component::{Cell, Empty, Heading, Html, Note, Table, Tone},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

/// How far back it looks.
const DAYS: u32 = 7;
const DAY: i64 = 24 * 60 * 60;

/// Its page.
pub fn section() -> Section {
    Section::new("overview", "/admin", Group::Top, Some("me")).get("/admin", run!(show))
}

#[derive(Deserialize)]
struct Activity {
    items: Vec<Counted>,
}

#[derive(Deserialize)]
struct Counted {
    hour: String,
    what: String,
    outcome: String,
    number: u64,
}

#[derive(Deserialize)]
struct Keys {
    items: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    id: String,
    algorithm: String,
    state: String,
    activates_at: String,
}

async fn show(visit: Visit) -> Answer {
    let mut page = Page::new(visit.say("overview"));
    let sections = visit.console.sections.iter();
    let manages = sections.filter_map(|section| section.needs);
    if !manages
        .filter(|needs| *needs != "me")
        .any(|needs| visit.may(needs))
    {
        page = page.with(Note::plain(visit.say("overview-nothing")));
        return visit.show(page).await;
    }
    page = page.lede(visit.say("overview-lede"));
    if visit.console.parts.management.system().is_none() {
        page = page.with(Note::warning(visit.say("overview-no-system")));
    }
    if !visit.console.settings.https {
        page = page.with(Note::warning(visit.say("overview-http")));
    }
    if visit.may_in("list_activity", "") {
        page = activity(&visit, page).await?;
    }
    if visit.may_in("list_keys", "") {
        page = keys(&visit, page).await?;
    }
    visit.show(page).await
}

async fn activity(visit: &Visit, page: Page) -> Result<Page, Stop> {
    let today = visit.now.seconds() - visit.now.seconds().rem_euclid(DAY);
    let first = today - i64::from(DAYS - 1) * DAY;
    let from = rfc3339(Timestamp::from_seconds(first));
    let found: Activity = visit
        .ask(Ask::new("list_activity").with("from", from))
        .await?;
    let days: Vec<String> = (0..DAYS)
        .map(|day| rfc3339(Timestamp::from_seconds(first + i64::from(day) * DAY)))
        .map(|moment| moment.get(..10).unwrap_or_default().to_owned())
        .collect();
    let by_day = |count: &dyn Fn(&Counted) -> bool| -> Vec<(String, u64)> {
        let sum = |day: &String| {
            let items = found.items.iter();
            let items = items.filter(|one| one.hour.starts_with(day.as_str()) && count(one));
            items.map(|one| one.number).sum()
        };
        days.iter().map(|day| (day.clone(), sum(day))).collect()
    };
    let right = by_day(&|one| one.what == "sign_in" && one.outcome == "right");
    let wrong = by_day(&|one| one.what == "sign_in" && one.outcome == "wrong");
    let tokens = by_day(&|one| one.what == "token");
    let mut page = page;
    if let (Some((_, wrong)), Some((_, right))) = (wrong.last(), right.last())
        && *wrong > 20
        && wrong > right
    {
        let text = visit.text.count("overview-wrong-passwords", *wrong);
        page = page.with(Note::warning(text));
    }
    let plots = plot::Plots {
        plots: vec![
            plot::Plot::new(visit, "overview-sign-ins", "overview-sign-ins-plot", &right),
            plot::Plot::new(visit, "overview-tokens", "overview-tokens-plot", &tokens),
        ],
    };
    let failures = failures(visit, &found);
    Ok(page
        .with(Html::of(&plots)?)
        .with(Heading(visit.say("overview-failures")))
        .with(failures))
}

fn failures(visit: &Visit, found: &Activity) -> Table {
    let mut reasons = std::collections::BTreeMap::new();
    for one in &found.items {
        let failed = one.what == "refusal" || (one.what == "sign_in" && one.outcome != "right");
        if failed {
            *reasons.entry((&one.what, &one.outcome)).or_insert(0) += one.number;
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let empty = Empty::new(
        visit.say("overview-failures-none"),
        visit.say("overview-failures-none-text"),
    );
    let mut table = Table::new(
        visit.say("overview-failures"),
        [visit.say("field-reason"), visit.say("field-number")],
    )
    .or(empty);
    for ((what, outcome), number) in reasons {
        table.push([
            Cell::code(format!("{what}: {outcome}")),
            Cell::text(number.to_string()),
        ]);
    }
    table
}

async fn keys(visit: &Visit, page: Page) -> Result<Page, Stop> {
    let found: Keys = visit.ask(Ask::new("list_keys")).await?;
    let mut table = Table::new(
        visit.say("overview-keys"),
        [
            visit.say("field-algorithm"),
            visit.say("field-id"),
            visit.say("field-state"),
            visit.say("field-signs-since"),
        ],
    );
    for key in found.items.iter().filter(|key| key.state != "retired") {
        let (tone, state) = match key.state.as_str() {
            "active" => (Tone::Good, "key-active"),
            "pending" => (Tone::Plain, "key-pending"),
            _ => (Tone::Plain, "key-retiring"),
        };
        table.push([
            Cell::text(&key.algorithm),
            Cell::code(&key.id),
            Cell::badge(tone, visit.say(state)),
            Cell::moment(&key.activates_at),
        ]);
    }
    Ok(page.with(Heading(visit.say("overview-keys"))).with(table))
}

fn rfc3339(moment: Timestamp) -> String {
    let moment = time::OffsetDateTime::from_unix_timestamp(moment.seconds());
    let text = moment.ok().and_then(|moment| {
        let rfc3339 = &time::format_description::well_known::Rfc3339;
        moment.format(rfc3339).ok()
    });
    text.unwrap_or_default()
}
