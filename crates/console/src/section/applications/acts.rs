//! What is done to an application, each with what follows from it.

use serde::Deserialize;
use serde_json::{Value, json};
use symbolon_admin::Ask;

use super::{Application, below, found};
use crate::{
    component::{Confirm, Field, Form, Kind, Note, Option_, Secret},
    page::Page,
    visit::{Answer, Stop, Visit},
};

#[derive(Deserialize)]
struct Rotated {
    client_secret: String,
    others_end_at: String,
}

/// For how many seconds old secrets go on, and the message that says so.
const OVERLAPS: [(u32, &str); 5] = [
    (86_400, "overlap-day"),
    (604_800, "overlap-week"),
    (2_592_000, "overlap-month"),
    (3_600, "overlap-hour"),
    (0, "overlap-none"),
];

pub(super) async fn ask_rotate(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    let may = visit.may_in("rotate_client_secret", application.place());
    if !may || !application.has_secret() {
        return Err(Stop::Missing);
    }
    visit.fresh()?;
    let page = rotate_form(&visit, &application);
    visit.show(page).await
}

pub(super) async fn rotate(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    visit.fresh()?;
    let overlap = visit.field("overlap");
    let overlap = overlap
        .parse::<u32>()
        .map_or_else(|_| overlap.into(), Value::from);
    let ask = Ask::new("rotate_client_secret")
        .at("client", &application.id)
        .version(visit.version())
        .body(json!({ "overlap": overlap }));
    let rotated: Rotated = match visit.ask(ask).await {
        Ok(rotated) => rotated,
        Err(problem) => {
            return visit
                .again(rotate_form(&visit, &application), problem)
                .await;
        }
    };
    let at = visit.path(&application.path());
    let ends = crate::component::Cell::moment(&rotated.others_end_at);
    let until = visit.tell_of("secrets-others-end", [("moment", ends.text.as_str())]);
    // Not after a redirect: the secret is nowhere to be read again.
    let page = under(
        &visit,
        &application,
        Page::new(visit.say("secrets-rotated")),
    )
    .action(visit.say("applications-open"), at)
    .with(Note::plain(until))
    .with(Secret {
        title: visit.say("secret-title"),
        text: visit.say("applications-secret-text"),
        value: rotated.client_secret,
    });
    visit.show(page).await
}

fn rotate_form(visit: &Visit, application: &Application) -> Page {
    let choices = OVERLAPS
        .iter()
        .map(|(seconds, message)| Option_::new(seconds.to_string(), visit.say(message)));
    let overlap = Field::new("overlap", visit.say("field-overlap"))
        .kind(Kind::Choice(choices.collect()))
        .hint(visit.say("hint-overlap"));
    let form = Form::new(visit, visit.say("secrets-rotate"))
        .field(visit, overlap)
        .hidden("version", application.version)
        .cancel(visit.say("cancel"), visit.path(&application.path()));
    under(visit, application, Page::new(visit.say("secrets-rotate"))).with(Confirm::new(
        form,
        [visit.say("secrets-rotate-consequence")],
    ))
}

pub(super) async fn ask_end_secret(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    if !visit.may_in("delete_client_secret", application.place()) {
        return Err(Stop::Missing);
    }
    visit.fresh()?;
    let page = end_secret_form(&visit, &application);
    visit.show(page).await
}

pub(super) async fn end_secret(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    visit.fresh()?;
    let ask = Ask::new("delete_client_secret")
        .at("client", &application.id)
        .at("secret", visit.word("secret"))
        .version(visit.version());
    match visit.tell(ask).await {
        Ok(()) => visit.done(&application.path(), "secrets-ended").await,
        Err(problem) => {
            visit
                .again(end_secret_form(&visit, &application), problem)
                .await
        }
    }
}

fn end_secret_form(visit: &Visit, application: &Application) -> Page {
    let form = Form::new(visit, visit.say("secrets-end"))
        .hidden("version", application.version)
        .danger()
        .cancel(visit.say("cancel"), visit.path(&application.path()));
    let title = visit.tell_of("secrets-end-title", [("name", visit.word("secret"))]);
    under(visit, application, Page::new(title)).with(Confirm::new(
        form,
        [
            visit.say("secrets-end-consequence"),
            visit.say("no-way-back"),
        ],
    ))
}

pub(super) async fn ask_disable(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    if !visit.may_in("update_client", application.place()) {
        return Err(Stop::Missing);
    }
    let page = disable_form(&visit, &application);
    visit.show(page).await
}

pub(super) async fn disable(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    let disabled = visit.field("disabled") == "true";
    let ask = Ask::new("update_client")
        .at("client", &application.id)
        .version(visit.version())
        .body(json!({ "disabled": disabled }));
    let done = if disabled { "disabled" } else { "enabled" };
    match visit.tell(ask).await {
        Ok(()) => visit.done(&application.path(), done).await,
        Err(problem) => {
            visit
                .again(disable_form(&visit, &application), problem)
                .await
        }
    }
}

fn disable_form(visit: &Visit, application: &Application) -> Page {
    let name = [("name", application.name())];
    let form = |submit: &str| {
        Form::new(visit, visit.say(submit))
            .hidden("version", application.version)
            .hidden("disabled", !application.disabled)
            .cancel(visit.say("cancel"), visit.path(&application.path()))
    };
    let (title, confirm) = if application.disabled {
        let consequences = [visit.say("applications-enable-consequence")];
        let confirm = Confirm::new(form("enable"), consequences);
        (visit.tell_of("enable-title", name), confirm)
    } else {
        let consequences = [visit.say("applications-disable-consequence")];
        let confirm = Confirm::new(form("disable").danger(), consequences);
        (visit.tell_of("disable-title", name), confirm)
    };
    under(visit, application, Page::new(title)).with(confirm)
}

pub(super) async fn ask_delete(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    if !visit.may_in("delete_client", application.place()) {
        return Err(Stop::Missing);
    }
    visit.fresh()?;
    let page = delete_form(&visit, &application);
    visit.show(page).await
}

pub(super) async fn delete(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    visit.fresh()?;
    let ask = Ask::new("delete_client")
        .at("client", &application.id)
        .version(visit.version());
    match visit.tell(ask).await {
        Ok(()) => visit.done(super::PATH, "deleted").await,
        Err(problem) => {
            visit
                .again(delete_form(&visit, &application), problem)
                .await
        }
    }
}

fn delete_form(visit: &Visit, application: &Application) -> Page {
    let form = Form::new(visit, visit.say("delete"))
        .hidden("version", application.version)
        .danger()
        .cancel(visit.say("cancel"), visit.path(&application.path()));
    let consequences = [
        visit.say("applications-delete-consequence"),
        visit.say("applications-delete-people"),
        visit.say("no-way-back"),
    ];
    let title = visit.tell_of("delete-title", [("name", application.name())]);
    under(visit, application, Page::new(title)).with(Confirm::new(form, consequences))
}

fn under(visit: &Visit, application: &Application, page: Page) -> Page {
    below(visit, page).below(application.name(), visit.path(&application.path()))
}
