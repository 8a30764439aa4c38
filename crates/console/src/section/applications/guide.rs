//! The first application, in five steps: the library, the application, its secret, its code, a sign-in.

use askama::Template;
use serde_json::json;

use super::{
    Application, Choices, PATH as APPLICATIONS, below, code,
    code::{LIBRARIES, Library},
    fields::name_field,
    form::{organization_field, register},
    found,
    kind::Kind,
    redirects,
};
use crate::{
    component::{Cell, Facts, Field, Form, Html, Kind as Input, Link, Note, Secret},
    page::Page,
    run,
    section::Section,
    visit::{Answer, Stop, Visit},
};
use symbolon_core::percent::encoded;

/// Beside the applications, whose ids could be any word.
pub(super) const PATH: &str = "/admin/first-application";

/// The names of the steps.
const STEPS: [&str; 5] = [
    "guide-library",
    "guide-application",
    "guide-secret",
    "guide-code",
    "guide-sign-in",
];

#[derive(Template)]
#[template(path = "console/steps.html")]
struct Steps {
    label: String,
    /// The name, whether it is done, and whether it is now.
    steps: Vec<(String, bool, bool)>,
    done: String,
}

#[derive(Template)]
#[template(path = "console/acts.html")]
struct Next<'a> {
    links: &'a [Link],
}

pub(super) fn pages(section: Section) -> Section {
    section
        .get("/admin/first-application", run!(choose))
        .get("/admin/first-application/{library}", run!(new))
        .post("/admin/first-application/{library}", run!(create))
        .get(
            "/admin/first-application/{library}/{client}/code",
            run!(lines),
        )
        .get(
            "/admin/first-application/{library}/{client}/sign-in",
            run!(sign_in),
        )
}

async fn choose(visit: Visit) -> Answer {
    may(&visit)?;
    let fitting = LIBRARIES.iter().filter(|one| !one.redirect_uri.is_empty());
    let choices = Choices {
        choices: fitting
            .filter_map(|library| {
                let kind = Kind::of_word(library.kind)?;
                let path = visit.path(&format!("{PATH}/{}", library.word));
                Some((Link::new(library.name, path), visit.say(kind.name)))
            })
            .collect(),
    };
    let other = visit.path(&format!("{APPLICATIONS}/new"));
    let page = page(&visit, 0)?
        .with(Html::of(&choices)?)
        .with(Note::plain(visit.say("guide-other")).action(visit.say("applications-new"), other));
    visit.show(page).await
}

async fn new(visit: Visit) -> Answer {
    let library = wanted(&visit)?;
    let page = form(&visit, library).await?;
    visit.show(page).await
}

async fn create(visit: Visit) -> Answer {
    let library = wanted(&visit)?;
    let kind = Kind::of_word(library.kind).ok_or(Stop::Missing)?;
    let mut metadata = kind.metadata();
    let uris: Vec<_> = redirects::lines(&visit, "redirect_uris").collect();
    metadata.insert("client_name".to_owned(), visit.field("name").into());
    metadata.insert("redirect_uris".to_owned(), json!(uris));
    let made = match register(&visit, kind, metadata).await {
        Ok(made) => made,
        Err(problem) => return visit.again(form(&visit, library).await?, problem).await,
    };
    let next = Link::new(
        visit.say("guide-next"),
        visit.path(&path(library, &made.client, "code")),
    );
    let facts = Facts::new()
        .row(visit.say("field-client-id"), Cell::code(&made.client.id))
        .row(
            visit.say("field-issuer"),
            Cell::code(&visit.console.settings.issuer),
        );
    let page = page(&visit, 2)?.with(facts);
    // Not after a redirect: the secret is nowhere to be read again.
    let page = match made.client_secret {
        Some(secret) => page.with(Secret {
            title: visit.say("secret-title"),
            text: visit.say("applications-secret-text"),
            value: secret,
        }),
        None => page.with(Note::plain(visit.say("guide-no-secret"))),
    };
    let page = page.with(Html::of(&Next { links: &[next] })?);
    visit.show(page).await
}

async fn lines(visit: Visit) -> Answer {
    let library = wanted(&visit)?;
    let application = found(&visit).await?;
    let next = Link::new(
        visit.say("guide-next"),
        visit.path(&path(library, &application, "sign-in")),
    );
    let page = page(&visit, 3)?
        .lede(visit.say("code-lede"))
        .with(code::lines(&visit, library, &application)?)
        .with(Html::of(&Next { links: &[next] })?);
    visit.show(page).await
}

async fn sign_in(visit: Visit) -> Answer {
    let library = wanted(&visit)?;
    let application = found(&visit).await?;
    let back = Link::new(
        visit.say("guide-code"),
        visit.path(&path(library, &application, "code")),
    );
    let open = Link::new(
        visit.say("applications-open"),
        visit.path(&application.path()),
    );
    let mut facts = Facts::new()
        .titled(visit.say("guide-try"))
        .row(
            visit.say("guide-try-open"),
            Cell::text(visit.say("guide-try-open-text")),
        )
        .row(
            visit.say("guide-try-sign-in"),
            Cell::text(visit.say("guide-try-sign-in-text")),
        )
        .row(
            visit.say("guide-try-back"),
            Cell::text(visit.say("guide-try-back-text")),
        );
    for uri in application.values("redirect_uris") {
        facts = facts.row(visit.say("field-redirect-uris"), Cell::code(uri));
    }
    let wrong = Facts::new()
        .titled(visit.say("guide-wrong"))
        .row(
            "redirect_uri",
            Cell::text(visit.say("guide-wrong-redirect")),
        )
        .row(
            "invalid_client",
            Cell::text(visit.say("guide-wrong-client")),
        )
        .row("code_challenge", Cell::text(visit.say("guide-wrong-pkce")));
    let page = page(&visit, 4)?
        .with(facts)
        .with(wrong)
        .with(Html::of(&Next {
            links: &[back, open],
        })?);
    visit.show(page).await
}

async fn form(visit: &Visit, library: &Library) -> Result<Page, Stop> {
    let kind = Kind::of_word(library.kind).ok_or(Stop::Missing)?;
    let uris = Field::new("redirect_uris", visit.say("field-redirect-uris"))
        .pointer("/metadata/redirect_uris")
        .kind(Input::Lines)
        .value(library.redirect_uri)
        .hint(visit.say("guide-redirect-hint"))
        .fault(redirects::fault(visit, "redirect_uris"))
        .required();
    let form = Form::new(visit, visit.say("applications-create"))
        .field(visit, name_field(visit))
        .field(visit, uris)
        .field(visit, organization_field(visit, kind).await?)
        .cancel(visit.say("cancel"), visit.path(PATH));
    Ok(page(visit, 1)?.lede(library.name).with(form))
}

/// The page of a step, with all of them above it.
fn page(visit: &Visit, now: usize) -> Result<Page, Stop> {
    let steps = Steps {
        label: visit.say("guide-steps"),
        steps: STEPS
            .iter()
            .enumerate()
            .map(|(at, name)| (visit.say(name), at < now, at == now))
            .collect(),
        done: visit.say("guide-done"),
    };
    Ok(below(visit, Page::new(visit.say("guide"))).with(Html::of(&steps)?))
}

fn path(library: &Library, application: &Application, step: &str) -> String {
    format!(
        "{PATH}/{}/{}/{step}",
        library.word,
        encoded(&application.id)
    )
}

fn wanted(visit: &Visit) -> Result<&'static Library, Stop> {
    may(visit)?;
    code::library(visit.word("library")).ok_or(Stop::Missing)
}

fn may(visit: &Visit) -> Result<(), Stop> {
    if visit.may("create_client") {
        Ok(())
    } else {
        Err(Stop::Missing)
    }
}
