//! People and machine users: alike but for what is known of them.

mod acts;
mod roles;

use serde::Deserialize;
use serde_json::{Map, Value, json};
use symbolon_admin::{Ask, Listed};
use symbolon_core::percent::encoded;

use super::{
    Group, Section,
    common::{any_organization, any_state, organizations, state},
};
use crate::{
    component::{Cell, Empty, Facts, Field, Filter, Form, Kind, Paging, Table},
    page::Page,
    run,
    visit::{Answer, Stop, Visit},
};

/// What is different between the two.
struct Noun {
    /// Where its pages are.
    path: &'static str,
    /// The name in paths of operations.
    word: &'static str,
    person: bool,
    list: &'static str,
    read: &'static str,
    create: &'static str,
    update: &'static str,
    delete: &'static str,
    title: &'static str,
    lede: &'static str,
    new: &'static str,
    empty: &'static str,
    empty_text: &'static str,
    disable_consequence: &'static str,
    delete_consequence: &'static str,
}

const PEOPLE: Noun = Noun {
    path: "/admin/people",
    word: "user",
    person: true,
    list: "list_users",
    read: "get_user",
    create: "create_user",
    update: "update_user",
    delete: "delete_user",
    title: "people",
    lede: "people-lede",
    new: "people-new",
    empty: "people-empty",
    empty_text: "people-empty-text",
    disable_consequence: "people-disable-consequence",
    delete_consequence: "people-delete-consequence",
};

const MACHINES: Noun = Noun {
    path: "/admin/machines",
    word: "machine",
    person: false,
    list: "list_machines",
    read: "get_machine",
    create: "create_machine",
    update: "update_machine",
    delete: "delete_machine",
    title: "machines",
    lede: "machines-lede",
    new: "machines-new",
    empty: "machines-empty",
    empty_text: "machines-empty-text",
    disable_consequence: "machines-disable-consequence",
    delete_consequence: "machines-delete-consequence",
};

/// Somebody, as the operations answer it.
#[derive(Deserialize)]
struct Subject {
    id: String,
    #[serde(alias = "username")]
    name: String,
    organization: String,
    #[serde(default)]
    profile: Map<String, Value>,
    has_password: Option<bool>,
    disabled: bool,
    created_at: String,
    version: i64,
}

/// The pages of people.
pub fn people() -> Section {
    Section::new(
        "people",
        "/admin/people",
        Group::Directory,
        Some("list_users"),
    )
    .get("/admin/people", run!(list))
    .get("/admin/people/new", run!(new))
    .post("/admin/people/new", run!(create))
    .get("/admin/people/{subject}", run!(show))
    .get("/admin/people/{subject}/edit", run!(edit))
    .post("/admin/people/{subject}/edit", run!(update))
    .get("/admin/people/{subject}/password", run!(acts::ask_password))
    .post("/admin/people/{subject}/password", run!(acts::set_password))
    .get("/admin/people/{subject}/disable", run!(acts::ask_disable))
    .post("/admin/people/{subject}/disable", run!(acts::disable))
    .get("/admin/people/{subject}/delete", run!(acts::ask_delete))
    .post("/admin/people/{subject}/delete", run!(acts::delete))
    .get("/admin/people/{subject}/give", run!(roles::ask_give))
    .post("/admin/people/{subject}/give", run!(roles::give))
    .get("/admin/people/{subject}/take", run!(roles::ask_take))
    .post("/admin/people/{subject}/take", run!(roles::take))
}

/// The pages of machine users.
pub fn machines() -> Section {
    Section::new(
        "machines",
        "/admin/machines",
        Group::Directory,
        Some("list_machines"),
    )
    .get("/admin/machines", run!(list))
    .get("/admin/machines/new", run!(new))
    .post("/admin/machines/new", run!(create))
    .get("/admin/machines/{subject}", run!(show))
    .get("/admin/machines/{subject}/edit", run!(edit))
    .post("/admin/machines/{subject}/edit", run!(update))
    .get("/admin/machines/{subject}/disable", run!(acts::ask_disable))
    .post("/admin/machines/{subject}/disable", run!(acts::disable))
    .get("/admin/machines/{subject}/delete", run!(acts::ask_delete))
    .post("/admin/machines/{subject}/delete", run!(acts::delete))
    .get("/admin/machines/{subject}/give", run!(roles::ask_give))
    .post("/admin/machines/{subject}/give", run!(roles::give))
    .get("/admin/machines/{subject}/take", run!(roles::ask_take))
    .post("/admin/machines/{subject}/take", run!(roles::take))
}

async fn list(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let ask = Ask::new(noun.list)
        .with("organization", visit.wish("organization"))
        .with("name", visit.wish("name"))
        .with("disabled", visit.wish("disabled"))
        .with("after", visit.wish("after"));
    let found: Listed<Subject> = visit.ask(ask).await?;
    let may_create = visit.may(noun.create);
    let new = visit.path(&format!("{}/new", noun.path));
    let filtered = ["organization", "name", "disabled", "after"];
    let filtered = filtered.iter().any(|name| !visit.wish(name).is_empty());
    let empty = if filtered {
        Empty::new(visit.say("nothing-found"), visit.say("nothing-found-text"))
    } else {
        Empty::new(visit.say(noun.empty), visit.say(noun.empty_text)).action_if(
            may_create,
            visit.say(noun.new),
            new.clone(),
        )
    };
    let mut table = Table::new(
        visit.say(noun.title),
        [
            visit.say("field-name"),
            visit.say(if noun.person {
                "field-full-name"
            } else {
                "field-id"
            }),
            visit.say("field-organization"),
            visit.say("field-state"),
            visit.say("field-created"),
        ],
    )
    .paging(Paging::of(&visit, found.next.as_deref()))
    .or(empty);
    for subject in found.items {
        let second = match (noun.person, subject.claim("name")) {
            (true, name) => Cell::text(name),
            (false, _) => Cell::code(&subject.id),
        };
        table.push([
            Cell::link(&subject.name, visit.path(&subject.path(noun))),
            second,
            Cell::code(&subject.organization),
            state(&visit, subject.disabled),
            Cell::moment(&subject.created_at),
        ]);
    }
    let places = any_organization(&visit, noun.list).await?;
    let filter = Filter::new(&visit)
        .field(&visit, Field::new("name", visit.say("filter-name")))
        .field(
            &visit,
            Field::new("organization", visit.say("field-organization")).kind(Kind::Choice(places)),
        )
        .field(
            &visit,
            Field::new("disabled", visit.say("field-state")).kind(Kind::Choice(any_state(&visit))),
        );
    let page = Page::new(visit.say(noun.title))
        .lede(visit.say(noun.lede))
        .action_if(may_create, visit.say(noun.new), new)
        .with(filter)
        .with(table);
    visit.show(page).await
}

async fn show(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    let at = visit.path(&subject.path(noun));
    let may_update = visit.may_in(noun.update, &subject.organization);
    let toggle = if subject.disabled {
        visit.say("enable")
    } else {
        visit.say("disable")
    };
    let mut facts = Facts::new()
        .titled(visit.say("facts"))
        .row(visit.say("field-id"), Cell::code(&subject.id))
        .row(
            visit.say("field-organization"),
            Cell::code(&subject.organization),
        )
        .row(visit.say("field-state"), state(&visit, subject.disabled))
        .row(
            visit.say("field-created"),
            Cell::moment(&subject.created_at),
        );
    if noun.person {
        for (claim, label) in CLAIMS {
            let value = subject.claim(claim);
            let value = (!value.is_empty()).then(|| Cell::text(value));
            facts = facts.row_if(visit.say(label), value);
        }
        let password = subject.has_password.unwrap_or_default();
        let password = if password {
            "yes"
        } else {
            "people-no-password"
        };
        facts = facts.row(visit.say("field-password"), Cell::text(visit.say(password)));
    }
    let facts = facts
        .action_if(
            noun.person && may_update,
            visit.say("people-password"),
            format!("{at}/password"),
        )
        .action_if(may_update, toggle, format!("{at}/disable"))
        .action_if(
            visit.may_in(noun.delete, &subject.organization),
            visit.say("delete"),
            format!("{at}/delete"),
        );
    let mut page = Page::new(&subject.name)
        .below(visit.say(noun.title), visit.path(noun.path))
        .action_if(may_update, visit.say("edit"), format!("{at}/edit"))
        .with(facts);
    if visit.may("list_grants") {
        page = roles::shown(&visit, noun, &subject, page).await?;
    }
    if visit.may("list_tokens") {
        let address = format!("/admin/tokens?owner={}", encoded(&subject.id));
        let tokens = Facts::new().titled(visit.say("tokens")).row(
            visit.say("tokens"),
            Cell::link(visit.say("show-list"), visit.path(&address)),
        );
        page = page.with(tokens);
    }
    visit.show(page).await
}

async fn new(visit: Visit) -> Answer {
    let noun = noun(&visit);
    if !visit.may(noun.create) {
        return Err(Stop::Missing);
    }
    let page = new_form(&visit, noun).await?;
    visit.show(page).await
}

async fn create(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let mut body = json!({ "organization": visit.field("organization") });
    if noun.person {
        body["username"] = visit.field("name").into();
        let mut profile = Map::new();
        for name in ["name", "email"] {
            let value = visit.field(&format!("profile-{name}"));
            if !value.is_empty() {
                profile.insert(name.to_owned(), value.into());
            }
        }
        body["profile"] = profile.into();
        // What is typed as a password is not trimmed.
        if let Some(password) = visit.form.value("password").filter(|text| !text.is_empty()) {
            body["password"] = password.into();
        }
    } else {
        body["name"] = visit.field("name").into();
    }
    match visit.ask::<Subject>(Ask::new(noun.create).body(body)).await {
        Ok(made) => visit.done(&made.path(noun), "made").await,
        Err(problem) => visit.again(new_form(&visit, noun).await?, problem).await,
    }
}

async fn new_form(visit: &Visit, noun: &Noun) -> Result<Page, Stop> {
    let places = organizations(visit, noun.create).await?;
    let mut form = Form::new(visit, visit.say(noun.new)).field(visit, name_field(visit, noun));
    if noun.person {
        form = form
            .field(
                visit,
                Field::new("profile-name", visit.say("field-full-name")).pointer("/profile/name"),
            )
            .field(
                visit,
                Field::new("profile-email", visit.say("field-email"))
                    .kind(Kind::Email)
                    .pointer("/profile/email"),
            );
    }
    let organization = Field::new("organization", visit.say("field-organization"))
        .kind(Kind::Choice(places))
        .value(visit.wish("organization"))
        .hint(visit.say("subjects-organization-hint"))
        .required();
    form = form.field(visit, organization);
    if noun.person {
        let password = Field::new("password", visit.say("field-password"))
            .kind(Kind::Password)
            .autocomplete("new-password")
            .hint(visit.say("people-password-hint"));
        form = form.field(visit, password);
    }
    let form = form.cancel(visit.say("cancel"), visit.path(noun.path));
    Ok(Page::new(visit.say(noun.new))
        .below(visit.say(noun.title), visit.path(noun.path))
        .with(form))
}

async fn edit(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    if !visit.may_in(noun.update, &subject.organization) {
        return Err(Stop::Missing);
    }
    let page = edit_form(&visit, noun, &subject);
    visit.show(page).await
}

async fn update(visit: Visit) -> Answer {
    let noun = noun(&visit);
    let subject = found(&visit, noun).await?;
    let mut body = json!({});
    if noun.person {
        body["username"] = visit.field("name").into();
        let mut profile = Map::new();
        for (claim, _) in CLAIMS {
            let value = visit.field(&format!("profile-{claim}"));
            // Null takes away (RFC 7396).
            let value = if value.is_empty() {
                Value::Null
            } else {
                value.into()
            };
            profile.insert(claim.to_owned(), value);
        }
        let proven = !visit.field("profile-email").is_empty() && visit.field("proven") == "on";
        profile.insert(
            "email_verified".to_owned(),
            if proven { true.into() } else { Value::Null },
        );
        body["profile"] = profile.into();
    } else {
        body["name"] = visit.field("name").into();
    }
    let ask = Ask::new(noun.update)
        .at(noun.word, &subject.id)
        .version(visit.version())
        .body(body);
    match visit.tell(ask).await {
        Ok(()) => visit.done(&subject.path(noun), "saved").await,
        Err(problem) => {
            visit
                .again(edit_form(&visit, noun, &subject), problem)
                .await
        }
    }
}

/// The claims that are shown and edited here; the rest stays as it is.
const CLAIMS: [(&str, &str); 7] = [
    ("name", "field-full-name"),
    ("given_name", "field-given-name"),
    ("family_name", "field-family-name"),
    ("email", "field-email"),
    ("phone_number", "field-phone"),
    ("locale", "field-locale"),
    ("zoneinfo", "field-zone"),
];

fn edit_form(visit: &Visit, noun: &Noun, subject: &Subject) -> Page {
    let at = visit.path(&subject.path(noun));
    let name = name_field(visit, noun).value(&subject.name);
    let mut form = Form::new(visit, visit.say("save")).field(visit, name);
    if noun.person {
        for (claim, label) in CLAIMS {
            let kind = if claim == "email" {
                Kind::Email
            } else {
                Kind::Text
            };
            let field = Field::new(&format!("profile-{claim}"), visit.say(label))
                .kind(kind)
                .pointer(&format!("/profile/{claim}"))
                .value(subject.claim(claim));
            form = form.field(visit, field);
        }
        let proven = subject.profile.get("email_verified") == Some(&Value::Bool(true));
        let proven = Field::new("proven", visit.say("field-email-proven"))
            .kind(Kind::Switch)
            .hint(visit.say("people-proven-hint"))
            .value(if proven { "on" } else { "" });
        form = form.field(visit, proven);
    }
    let form = form
        .hidden("version", subject.version)
        .cancel(visit.say("cancel"), at.clone());
    Page::new(visit.say("edit"))
        .below(visit.say(noun.title), visit.path(noun.path))
        .below(&subject.name, at)
        .with(form)
}

fn name_field(visit: &Visit, noun: &Noun) -> Field {
    let (label, pointer) = if noun.person {
        ("field-username", "/username")
    } else {
        ("field-name", "/name")
    };
    let name = Field::new("name", visit.say(label)).pointer(pointer);
    name.required()
}

impl Subject {
    fn claim(&self, name: &str) -> &str {
        self.profile
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn path(&self, noun: &Noun) -> String {
        format!("{}/{}", noun.path, encoded(&self.id))
    }
}

/// Which of the two a page is about, by its address.
fn noun(visit: &Visit) -> &'static Noun {
    if visit.is_below(PEOPLE.path) {
        &PEOPLE
    } else {
        &MACHINES
    }
}

async fn found(visit: &Visit, noun: &Noun) -> Result<Subject, Stop> {
    let ask = Ask::new(noun.read).at(noun.word, visit.word("subject"));
    Ok(visit.ask(ask).await?)
}
