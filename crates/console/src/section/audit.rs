//! The audit log: who did what, to what, from where. To look at, to follow, and as a file.

use axum::{body::Body, response::Response};
use http::{HeaderValue, header};
use serde_json::{Map, Value};
use symbolon_admin::{Ask, Kind as ProblemKind, Listed, Problem};
use symbolon_core::percent::encoded;

use super::{Group, Section, common::any_organization};
use crate::{
    component::{Cell, Empty, Field, Filter, Kind, Note, Option_, Paging, Table},
    page::Page,
    run,
    visit::{Answer, Visit},
};

const PATH: &str = "/admin/audit";

/// How often a page that follows the log is fetched anew, in seconds.
const REFRESH: &str = "5";

/// How many events a file has at the most: each part is read while somebody waits.
const LONGEST_FILE: usize = 10_000;

/// How many events are read at once: the most of any list.
const PART: usize = 200;

/// What the log is narrowed by, under the names of the operation.
const FILTERS: [&str; 6] = ["actor", "action", "object", "organization", "from", "until"];

/// The columns of a file.
const COLUMNS: [&str; 10] = [
    "id",
    "happened_at",
    "actor",
    "client",
    "address",
    "request_id",
    "action",
    "object",
    "organization",
    "detail",
];

type Event = Map<String, Value>;

/// Its pages.
pub fn section() -> Section {
    Section::new("audit", PATH, Group::Operation, Some("list_audit_events"))
        .get("/admin/audit", run!(list))
        .get("/admin/audit/export", run!(export))
}

async fn list(visit: Visit) -> Answer {
    let follows = visit.wish("follow") == "on";
    let after = if follows { "" } else { visit.wish("after") };
    let ask = asked(&visit).with("after", after);
    let mut page = Page::new(visit.say("audit")).lede(visit.say("audit-lede"));
    for (name, format) in [("audit-json", "jsonl"), ("audit-csv", "csv")] {
        let path = format!("/admin/audit/export?format={format}{}", filters(&visit));
        page = page.action(visit.say(name), visit.path(&path));
    }
    page = page.with(filter(&visit).await?);
    let found: Listed<Event> = match visit.ask(ask).await {
        Ok(found) => found,
        // A moment that is none, or too many organizations: it is said beside the filter.
        Err(problem) if matches!(problem.kind(), ProblemKind::Query) => {
            return refused(&visit, page, &problem).await;
        }
        Err(problem) => return Err(problem.into()),
    };
    let next = found.next.as_deref().filter(|_| !follows);
    let mut table = Table::new(
        visit.say("audit"),
        [
            visit.say("audit-when"),
            visit.say("audit-action"),
            visit.say("audit-object"),
            visit.say("field-who"),
            visit.say("audit-where"),
            visit.say("audit-detail"),
        ],
    )
    .paging(Paging::of(&visit, next))
    .or(Empty::new(
        visit.say("nothing-found"),
        visit.say("nothing-found-text"),
    ));
    for event in &found.items {
        table.push([
            Cell::moment(&text(event, "happened_at")),
            Cell::code(text(event, "action")),
            Cell::code(text(event, "object")),
            Cell::code(text(event, "actor")),
            Cell::text(text(event, "address")),
            Cell::text(detail(event)),
        ]);
    }
    if follows {
        page = page.with(Note::plain(visit.say("audit-follows")));
    }
    let mut response = visit.show(page.with(table)).await?;
    if follows {
        // WHATWG HTML, "Refresh": the page fetches itself anew, without a script.
        let refresh = HeaderValue::from_static(REFRESH);
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    Ok(response)
}

async fn refused(visit: &Visit, page: Page, problem: &Problem) -> Answer {
    let alert = visit.telling().problem(problem);
    let status = problem.kind().status();
    visit.show_as(status, page.alert(alert)).await
}

async fn export(visit: Visit) -> Answer {
    let csv = visit.wish("format") == "csv";
    let mut file = String::new();
    if csv {
        file.push_str(&COLUMNS.join(","));
        file.push_str("\r\n");
    }
    let (mut after, mut events) = (String::new(), 0);
    loop {
        let ask = asked(&visit).with("limit", PART).with("after", &after);
        let found: Listed<Event> = visit.ask(ask).await?;
        events += found.items.len();
        for event in &found.items {
            if csv {
                push_csv(&mut file, event);
            } else {
                file.push_str(&Value::Object(event.clone()).to_string());
                file.push('\n');
            }
        }
        match found.next {
            None => break,
            // A file that lacks something without saying so is worse than none.
            Some(_) if events >= LONGEST_FILE => {
                let page = Page::new(visit.say("audit"))
                    .below(visit.say("audit"), visit.path(PATH))
                    .with(Note::warning(visit.say("audit-too-many")))
                    .with(filter(&visit).await?);
                return visit.show_as(http::StatusCode::CONFLICT, page).await;
            }
            Some(next) => after = next,
        }
    }
    Ok(download(file, csv))
}

fn download(file: String, csv: bool) -> Response {
    let (media_type, disposition) = if csv {
        // RFC 4180 §3.
        (
            "text/csv; charset=utf-8; header=present",
            "attachment; filename=\"audit.csv\"",
        )
    } else {
        (
            "application/x-ndjson",
            "attachment; filename=\"audit.jsonl\"",
        )
    };
    let mut response = Response::new(Body::from(file));
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// RFC 4180 §2.
fn push_csv(file: &mut String, event: &Event) {
    for (at, name) in COLUMNS.iter().enumerate() {
        if at > 0 {
            file.push(',');
        }
        let mut value = text(event, name);
        // A spreadsheet takes such a value for a formula, and others wrote it.
        if value.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            value.insert(0, '\'');
        }
        file.push('"');
        file.push_str(&value.replace('"', "\"\""));
        file.push('"');
    }
    file.push_str("\r\n");
}

/// The operation, narrowed as the address says. A day stands for all of it.
fn asked(visit: &Visit) -> Ask<'static> {
    let mut ask = Ask::new("list_audit_events");
    for name in FILTERS {
        let wish = visit.wish(name);
        let value = match name {
            "from" => begin(wish, false),
            "until" => begin(wish, true),
            _ => None,
        };
        let value = value.unwrap_or_else(|| wish.to_owned());
        ask = ask.with(name, value);
    }
    ask
}

/// The first moment of a day, or of the one behind it; `None`: that is no day.
fn begin(day: &str, behind: bool) -> Option<String> {
    let mut parts = day.splitn(3, '-');
    let mut part = || parts.next();
    let (year, month, day) = (part()?, part()?, part()?);
    let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let day = time::Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()?;
    let day = if behind { day.next_day()? } else { day };
    Some(format!("{day}T00:00:00Z"))
}

fn filters(visit: &Visit) -> String {
    let mut query = String::new();
    for name in FILTERS {
        if !visit.wish(name).is_empty() {
            query.push_str(&format!("&{name}={}", encoded(visit.wish(name))));
        }
    }
    query
}

async fn filter(visit: &Visit) -> Result<Filter, crate::visit::Stop> {
    let places = any_organization(visit, "list_audit_events").await?;
    let follow = vec![
        Option_::new("", visit.say("audit-follow-no")),
        Option_::new("on", visit.say("audit-follow-yes")),
    ];
    let fields = [
        Field::new("action", visit.say("audit-action")).hint(visit.say("audit-action-hint")),
        Field::new("object", visit.say("audit-object")).hint(visit.say("audit-object-hint")),
        Field::new("actor", visit.say("field-who")).hint(visit.say("audit-actor-hint")),
        Field::new("organization", visit.say("field-organization")).kind(Kind::Choice(places)),
        Field::new("from", visit.say("audit-from")).kind(Kind::Date),
        Field::new("until", visit.say("audit-until")).kind(Kind::Date),
        Field::new("follow", visit.say("audit-follow")).kind(Kind::Choice(follow)),
    ];
    let filter = Filter::new(visit);
    Ok(fields
        .into_iter()
        .fold(filter, |filter, field| filter.field(visit, field)))
}

fn text(event: &Event, name: &str) -> String {
    match event.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// What else is known of an event, in a line.
fn detail(event: &Event) -> String {
    let Some(Value::Object(detail)) = event.get("detail") else {
        return String::new();
    };
    let parts = detail
        .keys()
        .map(|name| format!("{name}: {}", text(detail, name)));
    parts.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_and_ends_with_itself() {
        assert_eq!(
            begin("2024-02-29", true).as_deref(),
            Some("2024-03-01T00:00:00Z")
        );
        assert_eq!(
            begin("2026-12-31", false).as_deref(),
            Some("2026-12-31T00:00:00Z")
        );
        for wrong in ["", "2026", "2026-02-30", "2026-11-24T10:00:00Z"] {
            assert_eq!(begin(wrong, true), None, "{wrong}");
        }
    }

    #[test]
    fn a_value_of_a_table_is_no_formula_and_keeps_to_its_column() {
        let mut event = Event::new();
        event.insert("id".to_owned(), "=1+1".into());
        event.insert("object".to_owned(), "a \"b\", c\nd".into());
        let mut file = String::new();
        push_csv(&mut file, &event);
        let expected =
            "\"'=1+1\",\"\",\"\",\"\",\"\",\"\",\"\",\"a \"\"b\"\", c\nd\",\"\",\"\"\r\n";
        assert_eq!(file, expected);
    }
}
