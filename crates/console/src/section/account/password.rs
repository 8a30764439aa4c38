//! The password: changed by whoever has the old one.

use serde_json::json;
use symbolon_admin::Ask;

use super::PATH;
use crate::{
    component::{Field, Form, Kind},
    page::Page,
    visit::{Answer, Visit},
};

pub(super) async fn show(visit: Visit) -> Answer {
    visit.fresh()?;
    let page = page(&visit);
    visit.show(page).await
}

pub(super) async fn change(visit: Visit) -> Answer {
    visit.fresh()?;
    // What is typed as a password is not trimmed.
    let typed = |name| visit.form.value(name).unwrap_or_default();
    let body = json!({ "current": typed("current"), "password": typed("password") });
    match visit.tell(Ask::new("change_own_password").body(body)).await {
        Ok(()) => visit.done(PATH, "account-password-done").await,
        Err(problem) => visit.again(page(&visit), problem).await,
    }
}

fn page(visit: &Visit) -> Page {
    let current = Field::new("current", visit.say("field-password-current"))
        .kind(Kind::Password)
        .autocomplete("current-password")
        .required();
    let password = Field::new("password", visit.say("field-password-new"))
        .kind(Kind::Password)
        .autocomplete("new-password")
        .hint(visit.say("people-password-hint"))
        .required();
    let form = Form::new(visit, visit.say("account-password-change"))
        .field(visit, current)
        .field(visit, password)
        .cancel(visit.say("cancel"), visit.path(PATH));
    Page::new(visit.say("account-password"))
        .lede(visit.say("account-password-lede"))
        .with(form)
}
