//! Why may, or may not, somebody do something somewhere?

use serde::Deserialize;
use serde_json::{Value, json};
use symbolon_admin::{Ask, Kind as ProblemKind, Listed};

use super::{Rule, change_query, rule_table};
use crate::{
    component::{Cell, Facts, Field, Filter, Heading, Kind, Note, Option_, Table, Tone},
    page::Page,
    section::common::{MOST_CHOICES, organizations},
    visit::{Answer, Stop, Visit},
};

/// The methods to choose from.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

#[derive(Deserialize)]
struct Explanation {
    who: String,
    organization: String,
    scope: String,
    allow: bool,
    reason: String,
    roles: Vec<Held>,
    rules: Vec<Rule>,
    sentences: Vec<String>,
}

#[derive(Deserialize)]
struct Held {
    role: String,
    through: Value,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    #[serde(alias = "username")]
    name: String,
}

#[derive(Deserialize)]
struct Api {
    audience: String,
    name: String,
}

pub(super) async fn show(visit: Visit) -> Answer {
    let page = Page::new(visit.say("why"))
        .lede(visit.say("why-lede"))
        .with(filter(&visit).await?);
    let who = visit.wish("who");
    let what = [visit.wish("scope"), visit.wish("path")];
    if who.is_empty() || what.iter().all(|own| own.is_empty()) {
        let page = page.with(Note::plain(visit.say("why-how")));
        return visit.show(page).await;
    }
    let mut body = json!({
        "subject": subject(&visit, who).await,
        "organization": visit.wish("organization"),
    });
    match what {
        [scope, ""] => body["scope"] = scope.into(),
        [scope, path] => {
            let mut endpoint = json!({ "method": method(&visit), "path": path });
            if !visit.wish("audience").is_empty() {
                endpoint["audience"] = visit.wish("audience").into();
            }
            body["endpoint"] = endpoint;
            if !scope.is_empty() {
                body["scope"] = scope.into();
            }
        }
    }
    match visit.ask(Ask::new("explain").body(body)).await {
        Ok(explanation) => {
            let page = told(&visit, page, explanation);
            visit.show(page).await
        }
        Err(problem) if matches!(problem.kind(), ProblemKind::Body) => {
            visit.again(page, problem).await
        }
        Err(problem) => Err(problem.into()),
    }
}

fn told(visit: &Visit, page: Page, found: Explanation) -> Page {
    let answer = if found.allow {
        Cell::badge(Tone::Good, visit.say("why-yes"))
    } else {
        Cell::badge(Tone::Danger, visit.say("why-no"))
    };
    // Somebody who is shut out is refused although the rules allow it.
    let reason = match found.reason.as_str() {
        "allowed" if !found.allow => "why-shut-out",
        "allowed" => "why-allowed",
        "denied_by_rule" => "why-denied",
        "no_role_in_organization" => "why-no-role",
        _ => "why-no-rule",
    };
    let may = visit.may_in("put_rules", "");
    let role = found.roles.first().map_or("", |held| held.role.as_str());
    let effect = if found.allow { "deny" } else { "allow" };
    let query = change_query(role, &found.scope, effect, "");
    let facts = Facts::new()
        .titled(visit.say("why-answer"))
        .row(visit.say("why-answer"), answer)
        .row(visit.say("field-reason"), Cell::text(visit.say(reason)))
        .row(visit.say("field-who"), Cell::text(found.who))
        .row(
            visit.say("field-organization"),
            Cell::code(found.organization),
        )
        .row(visit.say("why-needed"), Cell::code(&found.scope))
        .action_if(
            may && !role.is_empty(),
            visit.say("rules-change"),
            visit.path(&format!("/admin/rules/{query}")),
        );
    let mut page = page.with(facts);
    if !found.roles.is_empty() {
        let mut table = Table::new(
            visit.say("why-roles"),
            [visit.say("field-role"), visit.say("why-through")],
        );
        for held in found.roles {
            let through = match held.through.pointer("/relation/manager") {
                Some(manager) => {
                    let manager = manager.as_str().unwrap_or_default();
                    visit.tell_of("why-through-relation", [("manager", manager)])
                }
                None => visit.say("why-through-grant"),
            };
            table.push([Cell::code(held.role), Cell::text(through)]);
        }
        page = page.with(Heading(visit.say("why-roles"))).with(table);
    }
    if !found.rules.is_empty() {
        page = page.with(Heading(visit.say("why-rules"))).with(rule_table(
            visit,
            visit.say("why-rules"),
            &found.rules,
        ));
    }
    let mut steps = Table::new(visit.say("why-steps"), [visit.say("why-steps")]);
    for sentence in found.sentences {
        steps.push([Cell::text(sentence)]);
    }
    page.with(Heading(visit.say("why-steps"))).with(steps)
}

async fn filter(visit: &Visit) -> Result<Filter, Stop> {
    let places = organizations(visit, "explain").await?;
    let methods = METHODS.map(|method| Option_::new(method, method)).into();
    let mut filter = Filter::new(visit)
        .field(
            visit,
            Field::new("who", visit.say("why-who")).hint(visit.say("why-who-hint")),
        )
        .field(
            visit,
            Field::new("organization", visit.say("rules-acting")).kind(Kind::Choice(places)),
        )
        .field(visit, Field::new("scope", visit.say("why-scope")))
        .field(
            visit,
            Field::new("method", visit.say("field-method")).kind(Kind::Choice(methods)),
        )
        .field(
            visit,
            Field::new("path", visit.say("field-path")).hint(visit.say("why-path-hint")),
        );
    if visit.may("list_apis") {
        let ask = Ask::new("list_apis").with("limit", MOST_CHOICES);
        let found: Listed<Api> = visit.ask(ask).await?;
        let mut apis = vec![Option_::new("", visit.say("filter-all"))];
        apis.extend(
            found
                .items
                .into_iter()
                .map(|api| Option_::new(api.audience, api.name)),
        );
        let field = Field::new("audience", visit.say("field-api"));
        filter = filter.field(visit, field.kind(Kind::Choice(apis)));
    }
    Ok(filter)
}

fn method(visit: &Visit) -> &str {
    match visit.wish("method") {
        "" => "GET",
        method => method,
    }
}

/// Who is meant: somebody of that name, else whoever has that id.
async fn subject(visit: &Visit, who: &str) -> String {
    for operation in ["list_users", "list_machines"] {
        let ask = Ask::new(operation)
            .with("name", who)
            .with("limit", MOST_CHOICES);
        let found: Result<Listed<Named>, _> = visit.ask(ask).await;
        let found = found.map(|found| found.items).unwrap_or_default();
        let mut exact = found.into_iter().filter(|named| named.name == who);
        if let Some(named) = exact.next() {
            return named.id;
        }
    }
    who.to_owned()
}
