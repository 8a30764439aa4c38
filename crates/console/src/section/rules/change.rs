//! A change of the rules: what is wanted, who gains and who loses by it, and the act.

use serde::Deserialize;
use serde_json::json;
use symbolon_admin::{Ask, Listed, Problem};

use super::{PATH, Rule, below, effects, group_path, list::InForce, rule_table};
use crate::{
    component::{Field, Form, Kind, Note, Option_},
    page::Page,
    section::common::{MOST_CHOICES, organizations},
    visit::{Answer, Stop, Visit},
};

/// What is wanted of one role and one pattern in one place.
struct Wanted {
    role: String,
    pattern: String,
    /// `allow`, `deny`, or `none`: no rule.
    effect: String,
    organization: String,
}

#[derive(Deserialize)]
struct Role {
    key: String,
    name: String,
}

#[derive(Deserialize)]
struct Row {
    role: String,
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    effect: Option<String>,
    rules: Vec<Rule>,
}

pub(super) async fn ask(visit: Visit) -> Answer {
    allowed(&visit)?;
    visit.fresh()?;
    let page = form(&visit).await?;
    visit.show(page).await
}

pub(super) async fn preview(visit: Visit) -> Answer {
    allowed(&visit)?;
    match tried(&visit).await {
        Ok(page) => visit.show(page).await,
        Err(problem) => visit.again(form(&visit).await?, problem).await,
    }
}

/// Whoever had to sign in before saving begins again.
pub(super) async fn again(visit: Visit) -> Answer {
    Ok(visit.go("/admin/rules/change"))
}

pub(super) async fn save(visit: Visit) -> Answer {
    allowed(&visit)?;
    visit.fresh()?;
    let wanted = Wanted::of(&visit);
    let InForce { rules, .. } = visit.ask(Ask::new("get_rules")).await?;
    let ask = Ask::new("put_rules")
        .version(visit.version())
        .body(json!({ "rules": wanted.onto(rules), "comment": visit.field("comment") }));
    match visit.tell(ask).await {
        Ok(()) => {
            let back = match wanted.pattern.rsplit_once('.') {
                Some((group, last)) if last != "*" => group_path(group),
                _ => format!("{PATH}/list"),
            };
            visit.done(&back, "rules-saved").await
        }
        Err(problem) => {
            let page = tried(&visit).await?;
            visit.again(page, problem).await
        }
    }
}

fn allowed(visit: &Visit) -> Result<(), Stop> {
    if visit.may_in("put_rules", "") {
        Ok(())
    } else {
        Err(Stop::Missing)
    }
}

impl Wanted {
    fn of(visit: &Visit) -> Self {
        let said = |name: &str| {
            let field = visit.field(name);
            let said = if visit.form.pairs().is_empty() {
                visit.wish(name)
            } else {
                field
            };
            said.to_owned()
        };
        Self {
            role: said("role"),
            pattern: said("pattern"),
            effect: said("effect"),
            organization: said("organization"),
        }
    }

    /// The rules with it, in the first place: there problems point to.
    fn onto(&self, rules: Vec<Rule>) -> Vec<Rule> {
        let organization = Some(self.organization.clone()).filter(|own| !own.is_empty());
        let others = rules.into_iter().filter(|rule| {
            rule.role != self.role
                || rule.pattern != self.pattern
                || rule.organization != organization
        });
        let own = (self.effect != "none").then(|| Rule {
            role: self.role.clone(),
            pattern: self.pattern.clone(),
            effect: self.effect.clone(),
            organization: organization.clone(),
        });
        own.into_iter().chain(others).collect()
    }
}

/// Who gains and who loses, with the button that does it.
async fn tried(visit: &Visit) -> Result<Page, Problem> {
    let wanted = Wanted::of(visit);
    let InForce { rules, .. } = visit.ask(Ask::new("get_rules")).await?;
    let run = effects::tried(visit, json!({ "rules": wanted.onto(rules) })).await?;
    let form = Form::new(visit, visit.say("rules-save"))
        .to(visit, "/admin/rules/save")
        .hidden("role", &wanted.role)
        .hidden("pattern", &wanted.pattern)
        .hidden("effect", &wanted.effect)
        .hidden("organization", &wanted.organization)
        .hidden("version", run.version)
        .field(
            visit,
            Field::new("comment", visit.say("field-comment")).hint(visit.say("rules-comment-hint")),
        )
        .cancel(visit.say("cancel"), visit.path(PATH));
    let page =
        below(visit, Page::new(visit.say("rules-preview"))).lede(visit.say("rules-preview-lede"));
    Ok(run.onto(visit, page).await.with(form))
}

async fn form(visit: &Visit) -> Result<Page, Stop> {
    let wanted = Wanted::of(visit);
    let effects = vec![
        Option_::new("allow", visit.say("rules-allow")),
        Option_::new("deny", visit.say("rules-deny")),
        Option_::new("none", visit.say("rules-nothing")),
    ];
    let mut places = vec![Option_::new("", visit.say("roles-everywhere"))];
    places.extend(organizations(visit, "list_organizations").await?);
    if !places.iter().any(|own| own.value == wanted.organization) {
        places.push(Option_::new(&wanted.organization, &wanted.organization));
    }
    let form = Form::new(visit, visit.say("rules-try"))
        .field(
            visit,
            role_field(visit, &wanted.role)
                .await?
                .pointer("/rules/0/role"),
        )
        .field(
            visit,
            Field::new("effect", visit.say("field-effect"))
                .kind(Kind::Choice(effects))
                .pointer("/rules/0/effect")
                .value(&wanted.effect),
        )
        .field(
            visit,
            Field::new("pattern", visit.say("field-pattern"))
                .hint(visit.say("rules-pattern-hint"))
                .pointer("/rules/0/pattern")
                .value(&wanted.pattern)
                .required(),
        )
        .field(
            visit,
            Field::new("organization", visit.say("field-counts-in"))
                .kind(Kind::Choice(places))
                .pointer("/rules/0/organization")
                .value(&wanted.organization),
        )
        .cancel(visit.say("cancel"), visit.path(PATH));
    let page =
        below(visit, Page::new(visit.say("rules-change"))).lede(visit.say("rules-change-lede"));
    Ok(now(visit, page, &wanted).await.with(form))
}

/// The roles to choose from; where there are too many, the key is typed.
async fn role_field(visit: &Visit, role: &str) -> Result<Field, Stop> {
    let field = Field::new("role", visit.say("field-role"))
        .value(role)
        .required();
    let ask = Ask::new("list_roles").with("limit", MOST_CHOICES);
    let found: Listed<Role> = visit.ask(ask).await?;
    if found.next.is_some() {
        return Ok(field);
    }
    let roles = found.items.into_iter();
    let roles = roles.map(|role| {
        let name = format!("{} ({})", role.name, role.key);
        Option_::new(role.key, name)
    });
    Ok(field.kind(Kind::Choice(roles.collect())))
}

/// What the rules say of a scope now, and which of them.
async fn now(visit: &Visit, page: Page, wanted: &Wanted) -> Page {
    if wanted.role.is_empty() || wanted.pattern.is_empty() || wanted.pattern.ends_with('*') {
        return page;
    }
    let ask = Ask::new("list_rule_matrix")
        .with("scopes", &wanted.pattern)
        .with("role", &wanted.role)
        .with("organization", &wanted.organization)
        .with("limit", MOST_CHOICES);
    let found: Result<Listed<Row>, _> = visit.ask(ask).await;
    let rows = found.map(|found| found.items).unwrap_or_default();
    let mut row = rows.into_iter().filter(|row| row.role == wanted.role);
    let Some(cell) = row.next().and_then(|row| row.cells.into_iter().next()) else {
        return page;
    };
    let message = match cell.effect.as_deref() {
        Some("allow") => "rules-now-allowed",
        Some(_) => "rules-now-denied",
        None => "rules-now-nothing",
    };
    let told = visit.tell_of(
        message,
        [
            ("role", wanted.role.as_str()),
            ("scope", wanted.pattern.as_str()),
        ],
    );
    let page = page.with(Note::plain(told));
    if cell.rules.is_empty() {
        page
    } else {
        page.with(rule_table(visit, visit.say("rules-all"), &cell.rules))
    }
}
