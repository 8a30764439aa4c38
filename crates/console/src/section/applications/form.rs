//! To make an application of a kind, and to change it. What is right is for the operations to say.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use symbolon_admin::{Ask, Listed, Problem};

use super::{
    Application, Choices, PATH, below, found,
    kind::{CODE, DEVICE, KINDS, Kind, REFRESH, list},
    redirects,
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

/// What a form is about.
#[derive(Clone, Copy)]
struct About {
    signs_in: bool,
    secret: bool,
    machine: bool,
    gateway: bool,
    /// Whether the person may do what concerns people of all organizations.
    everywhere: bool,
}

/// A member that is not asked for first.
struct Advanced {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    shape: Shape,
    when: fn(About) -> bool,
}

/// How a field becomes a member.
enum Shape {
    Text,
    Lines,
    Number,
    /// True, or not there.
    Flag,
    /// This word, or not there.
    Word(&'static str),
    /// Whether the client has this grant.
    Grant(&'static str),
}

const ADVANCED: [Advanced; 15] = [
    advanced(
        "post_logout_redirect_uris",
        "field-post-logout-uris",
        "hint-post-logout-uris",
        Shape::Lines,
        |about| about.signs_in,
    ),
    advanced(
        "scope",
        "field-scope",
        "hint-client-scope",
        Shape::Text,
        |_| true,
    ),
    advanced(
        "refresh",
        "field-refresh",
        "hint-refresh",
        Shape::Grant(REFRESH),
        |about| about.signs_in,
    ),
    advanced(
        "device",
        "field-device",
        "hint-device",
        Shape::Grant(DEVICE),
        |about| about.signs_in && !about.secret,
    ),
    advanced(
        "consent",
        "field-trusted",
        "hint-trusted",
        Shape::Word("implicit"),
        |about| about.signs_in && about.everywhere,
    ),
    advanced(
        "audience",
        "field-audience",
        "hint-audience",
        Shape::Lines,
        |about| about.everywhere,
    ),
    advanced(
        "access_token_format",
        "field-opaque",
        "hint-opaque",
        Shape::Word("opaque"),
        |_| true,
    ),
    advanced(
        "access_token_lifetime",
        "field-token-lifetime",
        "hint-token-lifetime",
        Shape::Number,
        |_| true,
    ),
    advanced(
        "dpop_bound_access_tokens",
        "field-dpop",
        "hint-dpop",
        Shape::Flag,
        |_| true,
    ),
    advanced(
        "require_pushed_authorization_requests",
        "field-par",
        "hint-par",
        Shape::Flag,
        |about| about.signs_in,
    ),
    advanced(
        "backchannel_logout_uri",
        "field-backchannel-logout",
        "hint-backchannel-logout",
        Shape::Text,
        |about| about.signs_in && about.secret,
    ),
    advanced(
        "client_uri",
        "field-client-uri",
        "hint-client-uri",
        Shape::Text,
        |about| about.signs_in,
    ),
    advanced(
        "logo_uri",
        "field-logo-uri",
        "hint-client-uri",
        Shape::Text,
        |about| about.signs_in,
    ),
    advanced(
        "policy_uri",
        "field-policy-uri",
        "hint-client-uri",
        Shape::Text,
        |about| about.signs_in,
    ),
    advanced(
        "tos_uri",
        "field-tos-uri",
        "hint-client-uri",
        Shape::Text,
        |about| about.signs_in,
    ),
];

const fn advanced(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    shape: Shape,
    when: fn(About) -> bool,
) -> Advanced {
    Advanced {
        name,
        label,
        hint,
        shape,
        when,
    }
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

fn first_fields(
    visit: &Visit,
    form: Form,
    about: About,
    name: &str,
    metadata: &Map<String, Value>,
) -> Form {
    let lines = |member: &str| list(metadata, member).collect::<Vec<_>>().join("\n");
    let mut form = form.field(visit, name_field(visit).value(name));
    if about.signs_in {
        let mut uris = Field::new("redirect_uris", visit.say("field-redirect-uris"))
            .pointer("/metadata/redirect_uris")
            .kind(Input::Lines)
            .hint(visit.say("hint-redirect-uris"))
            .value(lines("redirect_uris"))
            .fault(redirects::fault(visit, "redirect_uris"));
        if list(metadata, "grant_types").any(|grant| grant == CODE) {
            uris = uris.required();
        }
        form = form.field(visit, uris);
    }
    if about.gateway && about.everywhere {
        let audiences = Field::new("introspects", visit.say("field-introspects"))
            .pointer("/metadata/introspects")
            .kind(Input::Lines)
            .hint(visit.say("hint-introspects"))
            .value(lines("introspects"));
        form = form.field(visit, audiences);
    }
    form
}

pub(super) fn name_field(visit: &Visit) -> Field {
    Field::new("name", visit.say("field-name"))
        .pointer("/metadata/client_name")
        .hint(visit.say("hint-client-name"))
        .required()
}

fn advanced_fields(
    visit: &Visit,
    mut form: Form,
    about: About,
    metadata: &Map<String, Value>,
) -> Form {
    for one in ADVANCED.iter().filter(|one| (one.when)(about)) {
        let value = metadata.get(one.name);
        let text = value.and_then(Value::as_str).unwrap_or_default();
        let on = |is: bool| if is { "on".to_owned() } else { String::new() };
        let (kind, value) = match one.shape {
            Shape::Text => (Input::Text, text.to_owned()),
            Shape::Lines => {
                let all: Vec<_> = list(metadata, one.name).collect();
                (Input::Lines, all.join("\n"))
            }
            Shape::Number => (
                Input::Text,
                value.map(ToString::to_string).unwrap_or_default(),
            ),
            Shape::Flag => (Input::Switch, on(value == Some(&Value::Bool(true)))),
            Shape::Word(word) => (Input::Switch, on(text == word)),
            Shape::Grant(grant) => {
                let has = list(metadata, "grant_types").any(|own| own == grant);
                (Input::Switch, on(has))
            }
        };
        let mut field = Field::new(one.name, visit.say(one.label))
            .pointer(&format!("/metadata/{}", one.name))
            .hint(visit.say(one.hint))
            .kind(kind)
            .value(value);
        if one.name == "post_logout_redirect_uris" {
            field = field.fault(redirects::fault(visit, one.name));
        }
        form = form.field(visit, field);
    }
    form
}

/// What was typed, as changes of what is registered (RFC 7396).
fn changes(visit: &Visit, about: About, before: &Map<String, Value>) -> Map<String, Value> {
    let mut changes = Map::new();
    let or_null = |is: bool, value: Value| if is { value } else { Value::Null };
    let text = |name: &str| or_null(!visit.field(name).is_empty(), visit.field(name).into());
    let lines = |name: &str| {
        let lines: Vec<_> = redirects::lines(visit, name).collect();
        or_null(!lines.is_empty(), json!(lines))
    };
    // Without a name it is refused, not called nothing.
    changes.insert("client_name".to_owned(), visit.field("name").into());
    if about.signs_in {
        changes.insert("redirect_uris".to_owned(), lines("redirect_uris"));
    }
    if about.gateway && about.everywhere {
        changes.insert("introspects".to_owned(), lines("introspects"));
    }
    let mut grants: Vec<&str> = list(before, "grant_types").collect();
    for one in ADVANCED.iter().filter(|one| (one.when)(about)) {
        let on = visit.field(one.name) == "on";
        let value = match one.shape {
            Shape::Text => text(one.name),
            Shape::Lines => lines(one.name),
            // What is no number is for the operation to refuse.
            Shape::Number => match visit.field(one.name).parse::<u32>() {
                Ok(number) => number.into(),
                Err(_) => text(one.name),
            },
            Shape::Flag => or_null(on, true.into()),
            Shape::Word(word) => or_null(on, word.into()),
            Shape::Grant(grant) => {
                let has = grants.contains(&grant);
                if on && !has {
                    grants.push(grant);
                } else if !on {
                    grants.retain(|own| *own != grant);
                }
                continue;
            }
        };
        changes.insert(one.name.to_owned(), value);
    }
    changes.insert("grant_types".to_owned(), json!(grants));
    changes
}

impl About {
    fn new(visit: &Visit, kind: &Kind) -> Self {
        Self {
            signs_in: kind.signs_in(),
            secret: kind.secret,
            machine: kind.is_machine(),
            gateway: kind.is_gateway(),
            everywhere: visit.may_in("create_client", ""),
        }
    }

    /// An application may be several things at once.
    fn of(visit: &Visit, application: &Application) -> Self {
        let kind = Kind::of(&application.metadata);
        let introspects = list(&application.metadata, "introspects").next().is_some();
        Self {
            signs_in: [CODE, DEVICE, "implicit"]
                .iter()
                .any(|grant| application.allows(grant)),
            secret: application.has_secret(),
            machine: application.allows("client_credentials"),
            gateway: kind.is_gateway() || introspects,
            everywhere: visit.may_in("update_client", ""),
        }
    }
}
