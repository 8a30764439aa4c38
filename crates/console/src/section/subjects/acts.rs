//! What is done to somebody, each with what follows from it.

use serde_json::json;
use symbolon_admin::Ask;

use super::{Noun, Subject, found, noun};
use crate::{
    component::{Confirm, Field, Form, Kind},
    page::Page,
    visit::{Answer, Stop, Visit},
};

pub(super) async fn ask_password(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    if !visit.may_in(noun.update, &subject.organization) {
        return Err(Stop::Missing);
    }
    visit.fresh()?;
    let page = password_form(&visit, noun, &subject);
    visit.show(page).await
}

pub(super) async fn set_password(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    visit.fresh()?;
    let password = visit.form.value("password").unwrap_or_default();
    let ask = Ask::new("set_password")
        .at("user", &subject.id)
        .version(visit.version())
        .body(json!({ "password": password }));
    match visit.tell(ask).await {
        Ok(()) => visit.done(&subject.path(noun), "people-password-set").await,
        Err(problem) => {
            visit
                .again(password_form(&visit, noun, &subject), problem)
                .await
        }
    }
}

fn password_form(visit: &Visit, noun: &Noun, subject: &Subject) -> Page {
    let at = visit.path(&subject.path(noun));
    let password = Field::new("password", visit.say("field-password"))
        .kind(Kind::Password)
        .autocomplete("new-password")
        .hint(visit.say("people-password-hint"))
        .required();
    let form = Form::new(visit, visit.say("people-password"))
        .field(visit, password)
        .hidden("version", subject.version)
        .cancel(visit.say("cancel"), at);
    let title = visit.tell_of("people-password-title", [("name", subject.name.as_str())]);
    below(visit, noun, subject, Page::new(title)).with(Confirm::new(
        form,
        [visit.say("people-password-consequence")],
    ))
}

pub(super) async fn ask_disable(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    if !visit.may_in(noun.update, &subject.organization) {
        return Err(Stop::Missing);
    }
    let page = disable_form(&visit, noun, &subject);
    visit.show(page).await
}

pub(super) async fn disable(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    let disabled = visit.field("disabled") == "true";
    let ask = Ask::new(noun.update)
        .at(noun.word, &subject.id)
        .version(visit.version())
        .body(json!({ "disabled": disabled }));
    let done = if disabled { "disabled" } else { "enabled" };
    match visit.tell(ask).await {
        Ok(()) => visit.done(&subject.path(noun), done).await,
        Err(problem) => {
            visit
                .again(disable_form(&visit, noun, &subject), problem)
                .await
        }
    }
}

fn disable_form(visit: &Visit, noun: &Noun, subject: &Subject) -> Page {
    let name = [("name", subject.name.as_str())];
    let form = |submit: &str| {
        Form::new(visit, visit.say(submit))
            .hidden("version", subject.version)
            .hidden("disabled", !subject.disabled)
            .cancel(visit.say("cancel"), visit.path(&subject.path(noun)))
    };
    let (title, confirm) = if subject.disabled {
        let consequences = [visit.say("subjects-enable-consequence")];
        let confirm = Confirm::new(form("enable"), consequences);
        (visit.tell_of("enable-title", name), confirm)
    } else {
        let consequences = [visit.say(noun.disable_consequence)];
        let confirm = Confirm::new(form("disable").danger(), consequences);
        (visit.tell_of("disable-title", name), confirm)
    };
    below(visit, noun, subject, Page::new(title)).with(confirm)
}

pub(super) async fn ask_delete(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    if !visit.may_in(noun.delete, &subject.organization) {
        return Err(Stop::Missing);
    }
    visit.fresh()?;
    let page = delete_form(&visit, noun, &subject);
    visit.show(page).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    visit.fresh()?;
    let ask = Ask::new(noun.delete)
        .at(noun.word, &subject.id)
        .version(visit.version());
    match visit.tell(ask).await {
        Ok(()) => visit.done(noun.path, "deleted").await,
        Err(problem) => {
            visit
                .again(delete_form(&visit, noun, &subject), problem)
                .await
        }
    }
}

fn delete_form(visit: &Visit, noun: &Noun, subject: &Subject) -> Page {
    let form = Form::new(visit, visit.say("delete"))
        .hidden("version", subject.version)
        .danger()
        .cancel(visit.say("cancel"), visit.path(&subject.path(noun)));
    let consequences = [visit.say(noun.delete_consequence), visit.say("no-way-back")];
    let title = visit.tell_of("delete-title", [("name", subject.name.as_str())]);
    below(visit, noun, subject, Page::new(title)).with(Confirm::new(form, consequences))
}

pub(super) fn below(visit: &Visit, noun: &Noun, subject: &Subject, page: Page) -> Page {
    page.below(visit.say(noun.title), visit.path(noun.path))
        .below(&subject.name, visit.path(&subject.path(noun)))
}
