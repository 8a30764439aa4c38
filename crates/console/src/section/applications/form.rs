//! To make an application of a kind, and to change it. What is right is for the operations to say.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use symbolon_admin::{Ask, Listed, Problem};

use super::{
    Application, Choices, PATH, below,
    fields::{About, advanced_fields, changes, first_fields},
    found,
    kind::{KINDS, Kind},
};
use crate::{
    component::{Cell, Facts, Field, Form, Html, Kind as Input, Link, Option_, Secret},
    page::Page,
    section::common::{MOST_CHOICES, organizations},
    visit::{Answer, Stop, Visit},
};

/// A client, and the one time that its secret is told.
#[derive(Deserialize)]
pub(super) struct Made {
    pub(super) client: Application,
    pub(super) client_secret: Option<String>,
}

#[derive(Deserialize)]
struct Machine {
    id: String,
    name: String,
    organization: String,
    version: i64,
}

pub(super) async fn choose(visit: Visit) -> Answer {
    if !visit.may("create_client") {
        return Err(Stop::Missing);
    }
    let choice = |kind: &Kind| {
        let path = visit.path(&format!("{PATH}/new/{}", kind.word));
        (Link::new(visit.say(kind.name), path), visit.say(kind.about))
    };
    let choices = Choices {
        choices: KINDS.iter().map(choice).collect(),
    };
    let page = below(&visit, Page::new(visit.say("applications-new")))
        .lede(visit.say("applications-choose"))
        .with(Html::of(&choices)?);
    visit.show(page).await
}

pub(super) async fn new(visit: Visit) -> Answer {
    let kind = wanted(&visit)?;
    let page = new_form(&visit, kind).await?;
    visit.show(page).await
}

pub(super) async fn create(visit: Visit) -> Answer {
    let kind = wanted(&visit)?;
    let mut metadata = kind.metadata();
    let about = About::new(&visit, kind);
    for (name, value) in changes(&visit, about, &metadata) {
        if !value.is_null() {
            metadata.insert(name, value);
        }
    }
    match register(&visit, kind, metadata).await {
        Ok(made) => shown_once(&visit, made).await,
        Err(problem) => visit.again(new_form(&visit, kind).await?, problem).await,
    }
}

/// Makes a client of a kind, and the machine user of it if it needs one and none was chosen.
pub(super) async fn register(
    visit: &Visit,
    kind: &Kind,
    metadata: Map<String, Value>,
) -> Result<Made, Problem> {
    let organization = visit.field("organization");
    let mut body = json!({ "metadata": metadata });
    if !organization.is_empty() {
        body["organization"] = organization.into();
    }
    if !visit.field("id").is_empty() {
        body["id"] = visit.field("id").into();
    }
    let mut own: Option<Machine> = None;
    if kind.is_machine() {
        body["machine"] = match visit.field("machine") {
            "" => {
                let new = json!({ "organization": organization, "name": visit.field("name") });
                let made: Machine = visit.ask(Ask::new("create_machine").body(new)).await?;
                own.insert(made).id.clone().into()
            }
            id => id.into(),
        };
    }
    let made = visit.ask(Ask::new("create_client").body(body)).await;
    if let (Err(_), Some(machine)) = (&made, own) {
        // Made for this client alone. If it cannot be taken back it is in the list, and does nothing.
        let undo = Ask::new("delete_machine")
            .at("machine", machine.id)
            .version(machine.version);
        if let Err(problem) = visit.tell(undo).await {
            tracing::warn!(
                detail = problem.detail(),
                "a machine user without a client stays"
            );
        }
    }
    made
}

/// What was made, with its secret. Not after a redirect: the secret is nowhere to be read again.
async fn shown_once(visit: &Visit, made: Made) -> Answer {
    let path = made.client.path();
    let Some(secret) = made.client_secret else {
        return visit.done(&path, "applications-made").await;
    };
    let at = visit.path(&path);
    let page = below(visit, Page::new(made.client.name()))
        .below(made.client.name(), at.clone())
        .action(visit.say("code"), format!("{at}/code"))
        .action(visit.say("applications-open"), at)
        .with(
            Facts::new()
                .row(visit.say("field-client-id"), Cell::code(&made.client.id))
                .row(
                    visit.say("field-issuer"),
                    Cell::code(&visit.console.settings.issuer),
                ),
        )
        .with(Secret {
            title: visit.say("secret-title"),
            text: visit.say("applications-secret-text"),
            value: secret,
        });
    visit.show(page).await
}

/// The kind in the address, if the person may make one. What acts by itself takes a fresh sign-in.
fn wanted(visit: &Visit) -> Result<&'static Kind, Stop> {
    let kind = Kind::of_word(visit.word("kind")).ok_or(Stop::Missing)?;
    if !visit.may("create_client") {
        return Err(Stop::Missing);
    }
    if kind.secret && !kind.signs_in() {
        visit.fresh()?;
    }
    Ok(kind)
}

async fn new_form(visit: &Visit, kind: &Kind) -> Result<Page, Stop> {
    let about = About::new(visit, kind);
    let metadata = kind.metadata();
    let form = Form::new(visit, visit.say("applications-create"));
    let form = first_fields(visit, form, about, "", &metadata)
        .field(visit, organization_field(visit, kind).await?);
    let form = if kind.is_machine() {
        form.field(visit, machine_field(visit, None).await?)
    } else {
        form
    };
    let id = Field::new("id", visit.say("field-client-id")).hint(visit.say("hint-client-id"));
    let form = form
        .fold(visit.say("applications-advanced"))
        .field(visit, id);
    let form = advanced_fields(visit, form, about, &metadata)
        .cancel(visit.say("cancel"), visit.path("/admin/applications/new"));
    Ok(below(visit, Page::new(visit.say(kind.name)))
        .below(
            visit.say("applications-new"),
            visit.path("/admin/applications/new"),
        )
        .lede(visit.say(kind.about))
        .with(form))
}

/// For whose application it is going to be.
pub(super) async fn organization_field(visit: &Visit, kind: &Kind) -> Result<Field, Stop> {
    let mut places = organizations(visit, "create_client").await?;
    // A machine user belongs to an organization, and its client to the same.
    if !kind.is_machine() && visit.may_in("create_client", "") {
        places.push(Option_::new("", visit.say("applications-of-none")));
    }
    Ok(Field::new("organization", visit.say("field-organization"))
        .kind(Input::Choice(places))
        .value(visit.wish("organization"))
        .hint(visit.say("subjects-organization-hint")))
}

async fn machine_field(visit: &Visit, now: Option<&str>) -> Result<Field, Stop> {
    let mut choices = Vec::new();
    if now.is_none() && visit.may("create_machine") {
        choices.push(Option_::new("", visit.say("applications-machine-new")));
    }
    let mut more = false;
    if visit.may("list_machines") {
        let ask = Ask::new("list_machines").with("limit", MOST_CHOICES);
        let found: Listed<Machine> = visit.ask(ask).await?;
        more = found.next.is_some();
        choices.extend(found.items.into_iter().map(|machine| {
            let name = format!("{} ({})", machine.name, machine.organization);
            Option_::new(machine.id, name)
        }));
    }
    let known = now.is_none_or(|now| choices.iter().any(|choice| choice.value == now));
    let field = Field::new("machine", visit.say("field-machine")).value(now.unwrap_or_default());
    Ok(if more || !known {
        // Too many to choose from, or out of reach: its id.
        field.hint(visit.say("hint-machine-id"))
    } else {
        field
            .kind(Input::Choice(choices))
            .hint(visit.say("hint-machine"))
    })
}

pub(super) async fn edit(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    if !visit.may_in("update_client", application.place()) {
        return Err(Stop::Missing);
    }
    let page = edit_form(&visit, &application).await?;
    visit.show(page).await
}

pub(super) async fn update(visit: Visit) -> Answer {
    let application = found(&visit).await?;
    let about = About::of(&visit, &application);
    let mut body = json!({ "metadata": changes(&visit, about, &application.metadata) });
    if about.machine && !visit.field("machine").is_empty() {
        body["machine"] = visit.field("machine").into();
    }
    let ask = Ask::new("update_client")
        .at("client", &application.id)
        .version(visit.version())
        .body(body);
    match visit.tell(ask).await {
        Ok(()) => visit.done(&application.path(), "saved").await,
        Err(problem) => {
            let page = edit_form(&visit, &application).await?;
            visit.again(page, problem).await
        }
    }
}

async fn edit_form(visit: &Visit, application: &Application) -> Result<Page, Stop> {
    let at = visit.path(&application.path());
    let about = About::of(visit, application);
    let metadata = &application.metadata;
    let form = Form::new(visit, visit.say("save"));
    let mut form = first_fields(visit, form, about, application.name(), metadata);
    if about.machine {
        let now = application.machine.as_deref();
        form = form.field(visit, machine_field(visit, now.or(Some(""))).await?);
    }
    let form = form.fold(visit.say("applications-advanced"));
    let form = advanced_fields(visit, form, about, metadata)
        .hidden("version", application.version)
        .cancel(visit.say("cancel"), at.clone());
    Ok(below(visit, Page::new(visit.say("edit")))
        .below(application.name(), at)
        .with(form))
}
