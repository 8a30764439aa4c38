//! What one allowed applications.

use serde::Deserialize;
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::below;
use crate::{
    component::{Cell, Confirm, Empty, Form, Paging, Table},
    page::Page,
    visit::{Answer, Stop, Visit},
};

const PATH: &str = "/account/applications";

#[derive(Deserialize)]
struct Application {
    id: String,
    name: String,
    scope: String,
    allowed_at: String,
}

pub(super) async fn list(visit: Visit) -> Answer {
    let ask = Ask::new("list_own_applications").with("after", visit.wish("after"));
    let found: Listed<Application> = visit.ask(ask).await?;
    let mut table = Table::new(
        visit.say("account-applications"),
        [
            visit.say("field-name"),
            visit.say("field-may"),
            visit.say("field-allowed"),
            visit.say("field-act"),
        ],
    )
    .paging(Paging::of(&visit, found.next.as_deref()))
    .or(Empty::new(
        visit.say("account-applications-empty"),
        visit.say("account-applications-empty-text"),
    ));
    for application in found.items {
        let path = format!("{PATH}/{}/withdraw", encoded(&application.id));
        table.push([
            Cell::text(application.name),
            Cell::code(application.scope),
            Cell::moment(&application.allowed_at),
            Cell::link(visit.say("account-withdraw"), visit.path(&path)),
        ]);
    }
    let page = Page::new(visit.say("account-applications"))
        .lede(visit.say("account-applications-lede"))
        .with(table);
    visit.show(page).await
}

pub(super) async fn ask_withdraw(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    let page = page(&visit, &application);
    visit.show(page).await
}

pub(super) async fn withdraw(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    let ask = Ask::new("withdraw_own_application").at("client", &application.id);
    match visit.tell(ask).await {
        Ok(()) => visit.done(PATH, "account-withdrawn").await,
        Err(problem) => visit.again(page(&visit, &application), problem).await,
    }
}

fn page(visit: &Visit, application: &Application) -> Page {
    let name = [("name", application.name.as_str())];
    let form = Form::new(visit, visit.say("account-withdraw"))
        .danger()
        .cancel(visit.say("cancel"), visit.path(PATH));
    let title = visit.tell_of("account-withdraw-title", name);
    below(visit, title, "account-applications", PATH).with(Confirm::new(
        form,
        [visit.say("account-withdraw-consequence")],
    ))
}

async fn found(visit: &Visit) -> Result<Application, Stop> {
    let ask = Ask::new("get_own_application").at("client", visit.word("client"));
    Ok(visit.ask(ask).await?)
}
