//! The set-up: whoever has the link that the first start printed makes the first administrator.

use http::Method;
use symbolon_admin::{FirstAdministrator, Kind as ProblemKind};

use super::{Group, Section};
use crate::{
    component::{Field, Form, Kind},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

/// Its pages.
pub fn section() -> Section {
    Section::new("set-up", "/admin/set-up/{link}", Group::Aside, None)
        .open(Method::GET, "/admin/set-up/{link}", run!(show))
        .open(Method::POST, "/admin/set-up/{link}", run!(set_up))
}

async fn show(visit: Visit) -> Answer {
    let management = &visit.console.parts.management;
    if !management.is_set_up_link(visit.word("link")).await? {
        return Err(Stop::Missing);
    }
    let page = form(&visit).await?;
    visit.show(page).await
}

async fn set_up(visit: Visit) -> Answer {
    let who = FirstAdministrator {
        organization: match visit.field("organization") {
            "" => "Symbolon",
            name => name,
        },
        username: visit.field("username"),
        password: visit.form.value("password").unwrap_or_default(),
    };
    let management = &visit.console.parts.management;
    let made = management
        .set_up(visit.word("link"), &who, &visit.origin)
        .await;
    match made {
        Ok(()) => {
            let page = Page::new(visit.say("set-up-done-title"))
                .lede(visit.say("set-up-done"))
                .action(visit.say("set-up-sign-in"), visit.path("/admin"));
            visit.show(page).await
        }
        Err(problem) if problem.kind() == ProblemKind::Missing => Err(Stop::Missing),
        Err(problem) => visit.again(form(&visit).await?, problem).await,
    }
}

async fn form(visit: &Visit) -> Result<Page, Stop> {
    let parts = &visit.console.parts;
    let there = match parts.management.system() {
        Some(id) => parts.storage.stored_organization(id).await?.is_some(),
        None => false,
    };
    let mut form = Form::new(visit, visit.say("set-up-submit"));
    if !there {
        let organization = Field::new("organization", visit.say("set-up-organization"))
            .hint(visit.say("set-up-organization-hint"))
            .required();
        form = form.field(visit, organization);
    }
    let username = Field::new("username", visit.say("field-username"))
        .autocomplete("username")
        .required();
    let password = Field::new("password", visit.say("field-password"))
        .kind(Kind::Password)
        .autocomplete("new-password")
        .hint(visit.say("people-password-hint"))
        .required();
    let form = form.field(visit, username).field(visit, password);
    Ok(Page::new(visit.say("set-up"))
        .lede(visit.say("set-up-lede"))
        .with(form))
}
