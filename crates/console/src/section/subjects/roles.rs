//! The roles that somebody holds, where and until when.

use serde::Deserialize;
use serde_json::json;
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::{Noun, Subject, acts::below, found, noun};
use crate::{
    component::{Cell, Confirm, Empty, Field, Form, Heading, Kind, Option_, Table, Tone},
    page::Page,
    section::common::{MOST_CHOICES, organizations},
    visit::{Answer, Stop, Visit},
};

#[derive(Deserialize)]
struct Grant {
    organization: String,
    role: String,
    expires_at: Option<String>,
    expired: bool,
}

#[derive(Deserialize)]
struct Role {
    key: String,
    name: String,
    organization: Option<String>,
}

/// The list on the page of somebody.
pub(super) async fn shown(
    visit: &Visit,
    noun: &Noun,
    subject: &Subject,
    page: Page,
) -> Result<Page, Stop> {
    let ask = Ask::new("list_grants")
        .with("subject", &subject.id)
        .with("limit", MOST_CHOICES);
    let grants: Listed<Grant> = visit.ask(ask).await?;
    let at = subject.path(noun);
    let may_give = visit.may("put_grant");
    let give = visit.path(&format!("{at}/give"));
    let empty = Empty::new(visit.say("roles-none"), visit.say("roles-none-text"));
    let mut table = Table::new(
        visit.say("roles"),
        [
            visit.say("field-role"),
            visit.say("field-organization"),
            visit.say("field-ends"),
            visit.say("field-act"),
        ],
    )
    .or(empty.action_if(may_give, visit.say("roles-give"), give.clone()));
    for grant in grants.items {
        let ends = match (&grant.expires_at, grant.expired) {
            (_, true) => Cell::badge(Tone::Plain, visit.say("state-ended")),
            (Some(end), false) => Cell::moment(end),
            (None, false) => Cell::text(visit.say("never")),
        };
        let take = format!(
            "{at}/take?organization={}&role={}",
            encoded(&grant.organization),
            encoded(&grant.role)
        );
        let act = if visit.may_in("delete_grant", &grant.organization) {
            Cell::link(visit.say("roles-take"), visit.path(&take))
        } else {
            Cell::text("–")
        };
        table.push([
            Cell::code(grant.role),
            Cell::code(grant.organization),
            ends,
            act,
        ]);
    }
    let page = page.with(Heading(visit.say("roles"))).with(table);
    Ok(page.action_if(may_give, visit.say("roles-give"), give))
}

pub(super) async fn ask_give(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    if !visit.may("put_grant") {
        return Err(Stop::Missing);
    }
    visit.fresh()?;
    let page = give_form(&visit, noun, &subject).await?;
    visit.show(page).await
}

pub(super) async fn give(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    visit.fresh()?;
    let body = match visit.field("expires_at") {
        "" => json!({}),
        day => json!({ "expires_at": format!("{day}T00:00:00Z") }),
    };
    let ask = Ask::new("put_grant")
        .at("organization", visit.field("organization"))
        .at("subject", &subject.id)
        .at("role", visit.field("role"))
        .body(body);
    match visit.tell(ask).await {
        Ok(()) => visit.done(&subject.path(noun), "roles-given").await,
        Err(problem) => {
            let page = give_form(&visit, noun, &subject).await?;
            visit.again(page, problem).await
        }
    }
}

async fn give_form(visit: &Visit, noun: &Noun, subject: &Subject) -> Result<Page, Stop> {
    let places = organizations(visit, "put_grant").await?;
    let choose = |name: &str, label: &str, choices: Vec<Option_>| {
        Field::new(name, visit.say(label))
            .kind(Kind::Choice(choices))
            .required()
    };
    let mut form = Form::new(visit, visit.say("roles-give"));
    form = if visit.may("list_roles") {
        let ask = Ask::new("list_roles").with("limit", MOST_CHOICES);
        let roles: Listed<Role> = visit.ask(ask).await?;
        let choices = roles.items.into_iter().map(|role| {
            let place = role
                .organization
                .map_or_else(String::new, |id| format!(", {id}"));
            let name = format!("{} ({}{place})", role.name, role.key);
            Option_::new(role.key, name)
        });
        form.field(visit, choose("role", "field-role", choices.collect()))
    } else {
        form.field(
            visit,
            Field::new("role", visit.say("field-role")).required(),
        )
    };
    let home = choose("organization", "field-organization", places).value(&subject.organization);
    let ends = Field::new("expires_at", visit.say("field-ends"))
        .kind(Kind::Date)
        .hint(visit.say("roles-ends-hint"));
    let form = form
        .field(visit, home.hint(visit.say("roles-organization-hint")))
        .field(visit, ends)
        .cancel(visit.say("cancel"), visit.path(&subject.path(noun)));
    let title = visit.tell_of("roles-give-title", [("name", subject.name.as_str())]);
    Ok(below(visit, noun, subject, Page::new(title))
        .lede(visit.say("roles-give-lede"))
        .with(form))
}

pub(super) async fn ask_take(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    if !visit.may_in("delete_grant", visit.wish("organization")) {
        return Err(Stop::Missing);
    }
    let page = take_form(&visit, noun, &subject);
    visit.show(page).await
}

pub(super) async fn take(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    let ask = Ask::new("delete_grant")
        .at("organization", visit.field("organization"))
        .at("subject", &subject.id)
        .at("role", visit.field("role"));
    match visit.tell(ask).await {
        Ok(()) => visit.done(&subject.path(noun), "roles-taken").await,
        Err(problem) => {
            visit
                .again(take_form(&visit, noun, &subject), problem)
                .await
        }
    }
}

fn take_form(visit: &Visit, noun: &Noun, subject: &Subject) -> Page {
    let said = |name: &str| match visit.field(name) {
        "" => visit.wish(name).to_owned(),
        text => text.to_owned(),
    };
    let (organization, role) = (said("organization"), said("role"));
    let form = Form::new(visit, visit.say("roles-take"))
        .hidden("organization", &organization)
        .hidden("role", &role)
        .danger()
        .cancel(visit.say("cancel"), visit.path(&subject.path(noun)));
    let things = [
        ("name", subject.name.as_str()),
        ("role", role.as_str()),
        ("organization", organization.as_str()),
    ];
    let title = visit.tell_of("roles-take-title", things);
    below(visit, noun, subject, Page::new(title))
        .with(Confirm::new(form, [visit.say("roles-take-consequence")]))
}
