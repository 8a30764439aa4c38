//! The account pages: what everybody may do to the own account. Who it is about is never in an
//! address; the ids that are there are of what belongs to the person.

mod applications;
mod data;
mod email;
mod password;
mod sessions;
mod tokens;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use symbolon_admin::Ask;

use super::{Group, Section};
use crate::{
    component::{Cell, Facts, Field, Form, Tone},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/account";

/// Oneself.
#[derive(Deserialize)]
struct Own {
    id: String,
    username: String,
    organization_name: String,
    profile: Map<String, Value>,
    version: i64,
}

/// Its pages, a section for each entry of the navigation.
pub fn sections() -> Vec<Section> {
    let section = |name, path| Section::new(name, path, Group::Account, None);
    vec![
        section("account", PATH)
            .get("/account", run!(show))
            .post("/account", run!(update))
            .get("/account/email", run!(email::show))
            .post("/account/email", run!(email::change)),
        section("account-password", "/account/password")
            .get("/account/password", run!(password::show))
            .post("/account/password", run!(password::change)),
        section("account-sessions", "/account/sessions")
            .get("/account/sessions", run!(sessions::list))
            .get(
                "/account/sessions/end-others",
                run!(sessions::ask_end_others),
            )
            .post("/account/sessions/end-others", run!(sessions::end_others))
            .get("/account/sessions/{session}/end", run!(sessions::ask_end))
            .post("/account/sessions/{session}/end", run!(sessions::end)),
        section("account-applications", "/account/applications")
            .get("/account/applications", run!(applications::list))
            .get(
                "/account/applications/{client}/withdraw",
                run!(applications::ask_withdraw),
            )
            .post(
                "/account/applications/{client}/withdraw",
                run!(applications::withdraw),
            ),
        section("tokens", "/account/tokens")
            .get("/account/tokens", run!(tokens::list))
            .get("/account/tokens/new", run!(tokens::new))
            .post("/account/tokens/new", run!(tokens::create))
            .get("/account/tokens/{token}/revoke", run!(tokens::ask_revoke))
            .post("/account/tokens/{token}/revoke", run!(tokens::revoke)),
        section("account-data", "/account/data")
            .get("/account/data", run!(data::show))
            .post("/account/data", run!(data::export)),
    ]
}

async fn show(visit: Visit) -> Answer {
    let own = own(&visit).await?;
    let page = page(&visit, &own);
    visit.show(page).await
}

async fn update(visit: Visit) -> Answer {
    let own = own(&visit).await?;
    let mut body = Map::new();
    for (claim, ..) in CLAIMS {
        // Null takes away (RFC 7396).
        let value = match visit.field(claim) {
            "" => Value::Null,
            value => value.into(),
        };
        body.insert(claim.to_owned(), value);
    }
    let ask = Ask::new("update_own_profile")
        .version(visit.version())
        .body(body.into());
    match visit.tell(ask).await {
        Ok(()) => visit.done(PATH, "saved").await,
        Err(problem) => visit.again(page(&visit, &own), problem).await,
    }
}

/// The claims that are edited on the first page, each with what browsers fill in.
const CLAIMS: [(&str, &str, &str); 7] = [
    ("name", "field-full-name", "name"),
    ("given_name", "field-given-name", "given-name"),
    ("family_name", "field-family-name", "family-name"),
    ("nickname", "field-nickname", "nickname"),
    ("phone_number", "field-phone", "tel"),
    ("locale", "field-locale", "off"),
    ("zoneinfo", "field-zone", "off"),
];

fn page(visit: &Visit, own: &Own) -> Page {
    let address = match own.claim("email") {
        "" => Cell::text(visit.say("account-email-none")),
        email => Cell::text(email),
    };
    let proven = own.profile.get("email_verified") == Some(&Value::Bool(true));
    let proven = if proven {
        Cell::badge(Tone::Good, visit.say("yes"))
    } else {
        Cell::badge(Tone::Plain, visit.say("no"))
    };
    let facts = Facts::new()
        .titled(visit.say("facts"))
        .row(visit.say("field-username"), Cell::text(&own.username))
        .row(
            visit.say("field-organization"),
            Cell::text(&own.organization_name),
        )
        .row(visit.say("field-email"), address)
        .row(visit.say("field-email-proven"), proven)
        .row(visit.say("field-id"), Cell::code(&own.id))
        .action_if(
            true,
            visit.say("account-email"),
            visit.path("/account/email"),
        );
    let mut form = Form::new(visit, visit.say("save")).hidden("version", own.version);
    for (claim, label, autocomplete) in CLAIMS {
        let mut field = Field::new(claim, visit.say(label))
            .value(own.claim(claim))
            .autocomplete(autocomplete);
        if claim == "locale" {
            field = field.hint(visit.say("account-locale-hint"));
        }
        form = form.field(visit, field);
    }
    Page::new(visit.say("account"))
        .lede(visit.say("account-lede"))
        .with(facts)
        .with(form)
}

impl Own {
    fn claim(&self, name: &str) -> &str {
        let value = self.profile.get(name).and_then(Value::as_str);
        value.unwrap_or_default()
    }
}

async fn own(visit: &Visit) -> Result<Own, Stop> {
    Ok(visit.ask(Ask::new("own_profile")).await?)
}

/// A page below the list that it belongs to.
fn below(visit: &Visit, title: String, list: &str, path: &str) -> Page {
    Page::new(title).below(visit.say(list), visit.path(path))
}

/// A body with one member.
fn one(name: &str, value: &str) -> Value {
    if value.is_empty() {
        json!({ name: null })
    } else {
        json!({ name: value })
    }
}
