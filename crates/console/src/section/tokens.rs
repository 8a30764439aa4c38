//! Personal access tokens: of oneself, and of machine users.

use serde::Deserialize;
use serde_json::{Value, json};
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::{Group, Section};
use crate::{
    component::{Cell, Confirm, Empty, Field, Form, Kind, Paging, Secret, Table, Tone},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/admin/tokens";

/// A token, as its operations answer it.
#[derive(Deserialize)]
pub(super) struct Token {
    pub(super) id: String,
    owner: String,
    name: String,
    scope: String,
    expires_at: String,
    last_used_at: Option<String>,
    revoked_at: Option<String>,
    live: bool,
}

/// A new one and its text.
#[derive(Deserialize)]
pub(super) struct Made {
    token: Token,
    text: String,
}

/// Its pages.
pub fn section() -> Section {
    Section::new("tokens", PATH, Group::Applications, Some("list_tokens"))
        .get("/admin/tokens", run!(list))
        .get("/admin/tokens/new", run!(new))
        .post("/admin/tokens/new", run!(create))
        .get("/admin/tokens/{token}/revoke", run!(ask_revoke))
        .post("/admin/tokens/{token}/revoke", run!(revoke))
}

async fn list(visit: Visit) -> Answer {
    let owner = visit.wish("owner");
    let ask = Ask::new("list_tokens")
        .with("owner", owner)
        .with("after", visit.wish("after"));
    let found: Listed<Token> = visit.ask(ask).await?;
    let may_create = visit.may("create_token");
    let new = match owner {
        "" => visit.path("/admin/tokens/new"),
        owner => visit.path(&format!("/admin/tokens/new?owner={}", encoded(owner))),
    };
    let may_revoke = visit.may("revoke_token");
    let revoke = |token: &Token| {
        let path = format!("{PATH}/{}/revoke", encoded(&token.id));
        may_revoke.then(|| visit.path(&path))
    };
    let table = table(&visit, found, may_create.then(|| new.clone()), &revoke);
    let page = Page::new(visit.say("tokens"))
        .lede(visit.say(if owner.is_empty() {
            "tokens-lede"
        } else {
            "tokens-lede-other"
        }))
        .action_if(may_create, visit.say("tokens-new"), new)
        .with(table);
    visit.show(page).await
}

/// The list, with the way to a new one and to the end of each, as far as there is one.
pub(super) fn table(
    visit: &Visit,
    found: Listed<Token>,
    new: Option<String>,
    revoke: &dyn Fn(&Token) -> Option<String>,
) -> Table {
    let empty = Empty::new(visit.say("tokens-empty"), visit.say("tokens-empty-text"));
    let empty = empty.action_if(
        new.is_some(),
        visit.say("tokens-new"),
        new.unwrap_or_default(),
    );
    let mut table = Table::new(
        visit.say("tokens"),
        [
            visit.say("field-name"),
            visit.say("field-scope"),
            visit.say("field-state"),
            visit.say("field-ends"),
            visit.say("field-last-used"),
            visit.say("field-act"),
        ],
    )
    .paging(Paging::of(visit, found.next.as_deref()))
    .or(empty);
    for token in found.items {
        let (tone, state) = match (token.live, token.revoked_at.is_some()) {
            (true, _) => (Tone::Good, "state-active"),
            (false, true) => (Tone::Danger, "state-revoked"),
            (false, false) => (Tone::Plain, "state-ended"),
        };
        let used = token.last_used_at.as_deref();
        table.push([
            Cell::text(&token.name),
            Cell::code(&token.scope),
            Cell::badge(tone, visit.say(state)),
            Cell::moment(&token.expires_at),
            used.map_or_else(|| Cell::text(visit.say("never")), Cell::moment),
            match revoke(&token).filter(|_| token.live) {
                Some(path) => Cell::link(visit.say("revoke"), path),
                None => Cell::text("–"),
            },
        ]);
    }
    table
}

async fn new(visit: Visit) -> Answer {
    if !visit.may("create_token") {
        return Err(Stop::Missing);
    }
    visit.fresh()?;
    let page = form(&visit);
    visit.show(page).await
}

async fn create(visit: Visit) -> Answer {
    visit.fresh()?;
    let mut body = body(&visit);
    if !visit.field("owner").is_empty() {
        body["owner"] = visit.field("owner").into();
    }
    let made = visit.ask(Ask::new("create_token").body(body)).await;
    let made: Made = match made {
        Ok(made) => made,
        Err(problem) => return visit.again(form(&visit), problem).await,
    };
    let back = visit.path(&format!("{PATH}?owner={}", encoded(&made.token.owner)));
    secret(&visit, made, back).await
}

/// What the fields say, as the operations take it.
pub(super) fn body(visit: &Visit) -> Value {
    let mut body = json!({ "name": visit.field("name"), "scope": visit.field("scope") });
    if !visit.field("expires_at").is_empty() {
        body["expires_at"] = format!("{}T00:00:00Z", visit.field("expires_at")).into();
    }
    body
}

/// The text of a new token. Not after a redirect: it is nowhere to be read again.
pub(super) async fn secret(visit: &Visit, made: Made, back: String) -> Answer {
    let page = Page::new(&made.token.name)
        .below(visit.say("tokens"), back)
        .with(Secret {
            title: visit.say("secret-title"),
            text: visit.say("secret-text"),
            value: made.text,
        });
    visit.show(page).await
}

/// What is asked of a new one.
pub(super) fn fields(visit: &Visit, form: Form) -> Form {
    form.field(
        visit,
        Field::new("name", visit.say("field-name"))
            .hint(visit.say("tokens-name-hint"))
            .required(),
    )
    .field(
        visit,
        Field::new("scope", visit.say("field-scope")).hint(visit.say("tokens-scope-hint")),
    )
    .field(
        visit,
        Field::new("expires_at", visit.say("field-ends"))
            .kind(Kind::Date)
            .hint(visit.say("tokens-ends-hint")),
    )
}

fn form(visit: &Visit) -> Page {
    let owner = match visit.field("owner") {
        "" => visit.wish("owner"),
        owner => owner,
    };
    let form = fields(visit, Form::new(visit, visit.say("tokens-new")))
        .hidden("owner", owner)
        .cancel(visit.say("cancel"), visit.path(PATH));
    Page::new(visit.say("tokens-new"))
        .below(visit.say("tokens"), visit.path(PATH))
        .lede(visit.say(if owner.is_empty() {
            "tokens-new-lede"
        } else {
            "tokens-lede-other"
        }))
        .with(form)
}

async fn ask_revoke(visit: Visit) -> Answer {
    let token = found(&visit).await?;
    let page = revoke_form(&visit, &token);
    visit.show(page).await
}

async fn revoke(visit: Visit) -> Answer {
    let token = found(&visit).await?;
    let ask = Ask::new("revoke_token").at("token", &token.id);
    match visit.tell(ask).await {
        Ok(()) => {
            let back = format!("{PATH}?owner={}", encoded(&token.owner));
            visit.done(&back, "tokens-revoked").await
        }
        Err(problem) => visit.again(revoke_form(&visit, &token), problem).await,
    }
}

fn revoke_form(visit: &Visit, token: &Token) -> Page {
    let back = visit.path(&format!("{PATH}?owner={}", encoded(&token.owner)));
    revoke_page(visit, token, back)
}

/// Asks whether to end one.
pub(super) fn revoke_page(visit: &Visit, token: &Token, back: String) -> Page {
    let form = Form::new(visit, visit.say("revoke"))
        .danger()
        .cancel(visit.say("cancel"), back.clone());
    let title = visit.tell_of("tokens-revoke-title", [("name", token.name.as_str())]);
    Page::new(title)
        .below(visit.say("tokens"), back)
        .with(Confirm::new(
            form,
            [
                visit.say("tokens-revoke-consequence"),
                visit.say("no-way-back"),
            ],
        ))
}

async fn found(visit: &Visit) -> Result<Token, Stop> {
    let ask = Ask::new("get_token").at("token", visit.word("token"));
    Ok(visit.ask(ask).await?)
}
