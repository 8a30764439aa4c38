//! The e-mail address: what others write to, so it takes a fresh sign-in.

use symbolon_admin::Ask;

use super::{Own, PATH, below, one, own};
use crate::{
    component::{Field, Form, Kind},
    page::Page,
    visit::{Answer, Visit},
};

pub(super) async fn show(visit: Visit) -> Answer {
    visit.fresh()?;
    let own = own(&visit).await?;
    let page = page(&visit, &own);
    visit.show(page).await
}

pub(super) async fn change(visit: Visit) -> Answer {
    visit.fresh()?;
    let own = own(&visit).await?;
    let ask = Ask::new("update_own_profile")
        .version(visit.version())
        .body(one("email", visit.field("email")));
    match visit.tell(ask).await {
        Ok(()) => visit.done(PATH, "saved").await,
        Err(problem) => visit.again(page(&visit, &own), problem).await,
    }
}

fn page(visit: &Visit, own: &Own) -> Page {
    let email = Field::new("email", visit.say("field-email"))
        .kind(Kind::Email)
        .value(own.claim("email"))
        .autocomplete("email")
        .hint(visit.say("account-email-hint"));
    let form = Form::new(visit, visit.say("save"))
        .field(visit, email)
        .hidden("version", own.version)
        .cancel(visit.say("cancel"), visit.path(PATH));
    below(visit, visit.say("account-email"), "account", PATH).with(form)
}
