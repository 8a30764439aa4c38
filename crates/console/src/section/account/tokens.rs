//! The own personal access tokens.

use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::super::tokens::{Made, Token, body, fields, revoke_page, secret, table};
use crate::{
    component::Form,
    page::Page,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/account/tokens";
const NEW: &str = "/account/tokens/new";

pub(super) async fn list(visit: Visit) -> Answer {
    let ask = Ask::new("list_own_tokens").with("after", visit.wish("after"));
    let found: Listed<Token> = visit.ask(ask).await?;
    let revoke = |token: &Token| {
        let path = format!("{PATH}/{}/revoke", encoded(&token.id));
        Some(visit.path(&path))
    };
    let page = Page::new(visit.say("tokens"))
        .lede(visit.say("account-tokens-lede"))
        .action(visit.say("tokens-new"), visit.path(NEW))
        .with(table(&visit, found, Some(visit.path(NEW)), &revoke));
    visit.show(page).await
}

pub(super) async fn new(visit: Visit) -> Answer {
    visit.fresh()?;
    let page = page(&visit);
    visit.show(page).await
}

pub(super) async fn create(visit: Visit) -> Answer {
    visit.fresh()?;
    let ask = Ask::new("create_own_token").body(body(&visit));
    match visit.ask::<Made>(ask).await {
        Ok(made) => secret(&visit, made, visit.path(PATH)).await,
        Err(problem) => visit.again(page(&visit), problem).await,
    }
}

fn page(visit: &Visit) -> Page {
    let form = fields(visit, Form::new(visit, visit.say("tokens-new")))
        .cancel(visit.say("cancel"), visit.path(PATH));
    Page::new(visit.say("tokens-new"))
        .below(visit.say("tokens"), visit.path(PATH))
        .lede(visit.say("tokens-new-lede"))
        .with(form)
}

pub(super) async fn ask_revoke(visit: Visit) -> Answer {
    let token = found(&visit).await?;
    let page = revoke_page(&visit, &token, visit.path(PATH));
    visit.show(page).await
}

pub(super) async fn revoke(visit: Visit) -> Answer {
    let token = found(&visit).await?;
    let ask = Ask::new("revoke_own_token").at("token", &token.id);
    match visit.tell(ask).await {
        Ok(()) => visit.done(PATH, "tokens-revoked").await,
        Err(problem) => {
            let page = revoke_page(&visit, &token, visit.path(PATH));
            visit.again(page, problem).await
        }
    }
}

async fn found(visit: &Visit) -> Result<Token, Stop> {
    let ask = Ask::new("get_own_token").at("token", visit.word("token"));
    Ok(visit.ask(ask).await?)
}
