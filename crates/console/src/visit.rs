//! One request of a page: who is there, in which language, what was sent; and the ways to answer it.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    RequestPartsExt,
    body::Body,
    extract::{FromRequestParts, RawPathParams, Request},
    response::Response,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use serde::de::DeserializeOwned;
use symbolon_admin::{Ask, Kind, Origin, Problem};
use symbolon_core::{id::Id, organization::Organization, parameters::Parameters, time::Timestamp};
use symbolon_web::{browser::BrowserSession, form, guard::RequestId, language::Text};

use crate::{Console, Visitor, page::Page, section::Run, telling::Telling};

/// What a page answers.
pub type Answer = Result<Response, Stop>;

/// The name of the cookie that remembers a language.
pub const LANGUAGE: &str = "symbolon-language";

const FLASH: &str = "flash";

/// Why a page is not shown.
#[derive(Debug)]
pub enum Stop {
    /// Unknown, or another's: the one not-found page.
    Missing,
    /// The form does not come from a page of ours, or from another browser.
    Forged,
    /// Nobody is signed in, or not recently enough.
    SignIn {
        /// Whether it takes a fresh sign-in.
        anew: bool,
    },
    /// Something cannot be done as things are.
    Problem(Problem),
    /// Ours; the reason is in the log.
    Failed,
    /// Ours, and passing.
    Unavailable,
    /// The request cannot be read.
    Unreadable(form::Unreadable),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        match problem.kind() {
            Kind::Missing | Kind::Forbidden | Kind::Query => Self::Missing,
            Kind::Freshness => Self::SignIn { anew: true },
            Kind::Unauthenticated => Self::SignIn { anew: false },
            Kind::Unavailable => Self::Unavailable,
            Kind::Failed => Self::Failed,
            _ => Self::Problem(problem),
        }
    }
}

impl From<askama::Error> for Stop {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page does not render");
        Self::Failed
    }
}

impl From<symbolon_storage::StorageError> for Stop {
    fn from(error: symbolon_storage::StorageError) -> Self {
        tracing::error!(%error, "request failed");
        if error.is_unavailable() {
            Self::Unavailable
        } else {
            Self::Failed
        }
    }
}

impl From<tower_sessions::session::Error> for Stop {
    fn from(error: tower_sessions::session::Error) -> Self {
        tracing::error!(%error, "request failed");
        Self::Unavailable
    }
}

/// A request of a page.
pub struct Visit {
    /// The console.
    pub console: Arc<Console>,
    /// The language.
    pub text: Arc<Text>,
    /// What the query says.
    pub query: Parameters,
    /// What the form says; its token has been checked.
    pub form: Parameters,
    /// The present moment.
    pub now: Timestamp,
    /// Where it comes from, for the audit log.
    pub origin: Origin,
    pub(crate) browser: BrowserSession,
    pub(crate) visitor: Option<Visitor>,
    pub(crate) section: Option<usize>,
    pub(crate) request_id: String,
    pub(crate) uri: Uri,
    cookie: tower_sessions::Session,
    method: Method,
    path: BTreeMap<String, String>,
    flash: Option<String>,
}

/// What answers at an address.
#[derive(Clone, Copy)]
pub(crate) struct Answering {
    /// How.
    pub(crate) run: Run,
    /// Also to somebody who is not signed in.
    pub(crate) open: bool,
}

/// Serves a page of a section.
pub(crate) async fn serve(
    console: Arc<Console>,
    section: usize,
    answering: Answering,
    request: Request,
) -> Response {
    let (mut head, body) = request.into_parts();
    let mut visit = match Visit::of(console, Some(section), &mut head).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let outcome = visit.received(head, body, answering.open).await;
    let visit = match outcome {
        Ok(()) => visit,
        Err(stop) => return visit.stopped(stop),
    };
    let told = visit.telling();
    match (answering.run)(visit).await {
        Ok(response) => response,
        Err(stop) => told.stopped(stop),
    }
}

/// The not-found page.
pub(crate) async fn nothing(console: Arc<Console>, request: Request) -> Response {
    let (mut head, _) = request.into_parts();
    // The Management API may be switched off, and its clients are no people who could sign in.
    let api = format!("{}{}/", console.settings.prefix, symbolon_admin::BASE);
    if head.uri.path().starts_with(&api) {
        return plain(StatusCode::NOT_FOUND);
    }
    match Visit::of(console, None, &mut head).await {
        Ok(visit) if visit.visitor.is_none() => visit.stopped(Stop::SignIn { anew: false }),
        Ok(visit) => visit.stopped(Stop::Missing),
        Err(response) => response,
    }
}

impl Visit {
    async fn of(
        console: Arc<Console>,
        section: Option<usize>,
        head: &mut Parts,
    ) -> Result<Self, Response> {
        let request_id = head.extensions.get::<RequestId>();
        let request_id = request_id.map_or_else(String::new, |id| id.as_str().to_owned());
        let cookie = head.extract::<tower_sessions::Session>().await;
        let Ok(cookie) = cookie else {
            return Err(plain(StatusCode::INTERNAL_SERVER_ERROR));
        };
        let entropy = &*console.parts.entropy;
        let Ok(browser) = BrowserSession::load(cookie.clone(), entropy).await else {
            return Err(plain(StatusCode::SERVICE_UNAVAILABLE));
        };
        let Ok(visitor) = console.parts.visitors.visitor(&browser).await else {
            return Err(plain(StatusCode::SERVICE_UNAVAILABLE));
        };
        let path = RawPathParams::from_request_parts(head, &()).await;
        let path = path.map(|path| {
            let parts = path.iter();
            parts
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        });
        let query = form::query(&head.uri).unwrap_or_default();
        let text = language(&console, &query, &head.headers, visitor.as_ref());
        let uri = head.extensions.get::<axum::extract::OriginalUri>();
        let uri = uri.map_or_else(|| head.uri.clone(), |uri| uri.0.clone());
        Ok(Self {
            text,
            query,
            form: Parameters::default(),
            now: console.parts.clock.now(),
            origin: Origin::of(head),
            browser,
            visitor,
            section,
            request_id,
            uri,
            cookie,
            method: head.method.clone(),
            path: path.unwrap_or_default(),
            flash: None,
            console,
        })
    }

    /// Lets somebody in, and reads what was sent.
    async fn received(&mut self, head: Parts, body: Body, open: bool) -> Result<(), Stop> {
        form::query(&self.uri).map_err(Stop::Unreadable)?;
        if self.visitor.is_none() && !open {
            return Err(Stop::SignIn { anew: false });
        }
        let section = self.section.and_then(|at| self.console.sections.get(at));
        let needs = section.and_then(|section| section.needs);
        if let (Some(needs), Some(visitor)) = (needs, &self.visitor)
            && !self.console.parts.management.may(&visitor.caller, needs)
        {
            return Err(Stop::Missing);
        }
        if self.method == Method::POST {
            let form = form::body(Request::from_parts(head, body)).await;
            self.form = form.map_err(Stop::Unreadable)?;
            let token = self.form.value("csrf").unwrap_or_default();
            if !self.browser.is_csrf(&purpose(self.uri.path()), token) {
                return Err(Stop::Forged);
            }
        } else {
            self.flash = self.cookie.remove(FLASH).await?;
        }
        Ok(())
    }

    /// A message in the language of the person.
    pub fn say(&self, id: &str) -> String {
        self.text.say(id)
    }

    /// A message with something put into it.
    pub fn tell_of<const N: usize>(&self, id: &str, things: [(&str, &str); N]) -> String {
        self.text.tell(id, things)
    }

    /// A part of the path.
    pub fn word(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// What a field of the form says, without space around it; empty when it is not there.
    pub fn field(&self, name: &str) -> &str {
        self.form.value(name).unwrap_or_default().trim()
    }

    /// What a parameter of the query says; empty when it is not there.
    pub fn wish(&self, name: &str) -> &str {
        self.query.value(name).unwrap_or_default().trim()
    }

    /// The version that a form changes, from its hidden field.
    pub fn version(&self) -> i64 {
        self.field("version").parse().unwrap_or_default()
    }

    /// The address of a page of ours.
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.console.settings.prefix)
    }

    /// Who is there.
    ///
    /// # Errors
    /// Nobody.
    pub fn visitor(&self) -> Result<&Visitor, Stop> {
        self.visitor.as_ref().ok_or(Stop::SignIn { anew: false })
    }

    /// Whether the operation may be asked in some organization.
    pub fn may(&self, operation: &str) -> bool {
        let management = &self.console.parts.management;
        let visitor = self.visitor.as_ref();
        visitor.is_some_and(|visitor| management.may(&visitor.caller, operation))
    }

    /// Whether the operation may be asked for what this organization owns; empty: for what belongs to
    /// none. An id that is none owns nothing.
    pub fn may_in(&self, operation: &str, organization: &str) -> bool {
        let management = &self.console.parts.management;
        let place: Option<Id<Organization>> = match organization {
            "" => None,
            text => match Id::parse(text) {
                Ok(id) => Some(id),
                Err(_) => return false,
            },
        };
        let visitor = self.visitor.as_ref();
        visitor.is_some_and(|visitor| management.may_in(&visitor.caller, operation, place.as_ref()))
    }

    /// The organizations in which an operation may be asked; `None`: in all of them.
    pub fn places(&self, operation: &str) -> Option<Vec<String>> {
        let Some(visitor) = &self.visitor else {
            return Some(Vec::new());
        };
        let management = &self.console.parts.management;
        let places = management.places(&visitor.caller, operation)?;
        Some(places.iter().map(ToString::to_string).collect())
    }

    /// Whether the page is at this path of ours, or below it.
    pub fn is_below(&self, path: &str) -> bool {
        let rest = self.uri.path().strip_prefix(&self.path(path));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Asks an operation of the Management API.
    ///
    /// # Errors
    /// What the API would answer. `?` makes the right page of it; [`Visit::again`] shows a form anew.
    pub async fn ask<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, Problem> {
        let Some(visitor) = &self.visitor else {
            return Err(Problem::missing());
        };
        let management = &self.console.parts.management;
        management.ask(&visitor.caller, &self.origin, ask).await
    }

    /// Asks an operation that only has to be done.
    ///
    /// # Errors
    /// As [`Visit::ask`].
    pub async fn tell(&self, ask: Ask<'_>) -> Result<(), Problem> {
        let Some(visitor) = &self.visitor else {
            return Err(Problem::missing());
        };
        let management = &self.console.parts.management;
        management.tell(&visitor.caller, &self.origin, ask).await
    }

    /// Whether the person signed in just now. A page with a form asks for half the time that a form
    /// takes, so that nobody loses what he typed.
    ///
    /// # Errors
    /// Asks to sign in anew.
    pub fn fresh(&self) -> Result<(), Stop> {
        let at = self.visitor()?.caller.authenticated_at();
        let fresh = self.console.settings.fresh.seconds();
        let within = if self.method == Method::POST {
            fresh
        } else {
            fresh / 2
        };
        let within = symbolon_core::time::Lifetime::from_seconds(within);
        match at {
            Some(at) if at.plus(within) > self.now => Ok(()),
            _ => Err(Stop::SignIn { anew: true }),
        }
    }

    /// The token of a form that goes to this path.
    pub fn csrf(&self, path: &str) -> String {
        self.browser.csrf(&purpose(path))
    }

    /// Shows a page.
    ///
    /// # Errors
    /// When it does not render.
    pub async fn show(&self, page: Page) -> Answer {
        self.show_as(StatusCode::OK, page).await
    }

    /// Shows a page with another status.
    ///
    /// # Errors
    /// When it does not render.
    pub async fn show_as(&self, status: StatusCode, page: Page) -> Answer {
        // The browser has to come back with the key of the tokens in the forms.
        self.browser.remember().await?;
        let html = page.render(&self.telling(), self.flash.as_deref())?;
        Ok(response(status, html))
    }

    /// The act is done: goes to a page that says so.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn done(&self, path: &str, message: &str) -> Answer {
        self.cookie.insert(FLASH, self.say(message)).await?;
        Ok(self.go(path))
    }

    /// Goes to another page of ours.
    pub fn go(&self, path: &str) -> Response {
        see_other(&self.path(path))
    }

    /// Shows a form again, with what the operation has against what was typed; what is not about that
    /// gets its own page.
    ///
    /// # Errors
    /// What is not about the form.
    pub async fn again(&self, page: Page, problem: Problem) -> Answer {
        match problem.kind() {
            Kind::Body | Kind::Conflict | Kind::NotHeld | Kind::Lockout | Kind::Stale => {
                let status = problem.kind().status();
                let alert = self.telling().problem(&problem);
                self.show_as(status, page.alert(alert)).await
            }
            _ => Err(problem.into()),
        }
    }

    /// What is needed to tell of anything that goes wrong.
    pub(crate) fn telling(&self) -> Telling {
        Telling {
            console: Arc::clone(&self.console),
            text: Arc::clone(&self.text),
            visitor: self.visitor.clone(),
            section: self.section,
            request_id: self.request_id.clone(),
            uri: self.uri.clone(),
            method: self.method.clone(),
            language_csrf: self.csrf(&self.path("/account/language")),
        }
    }

    fn stopped(&self, stop: Stop) -> Response {
        self.telling().stopped(stop)
    }
}

fn purpose(path: &str) -> String {
    format!("console:{path}")
}

/// What is asked for now counts before what was chosen once, and that before the browser.
fn language(
    console: &Console,
    query: &Parameters,
    headers: &HeaderMap,
    visitor: Option<&Visitor>,
) -> Arc<Text> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let cookies = text(header::COOKIE).unwrap_or_default().split(';');
    let chosen = cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .find_map(|(name, value)| (name == LANGUAGE).then_some(value));
    let account =
        visitor.and_then(|visitor| visitor.caller.subject.person()?.profile.locale.as_deref());
    let wishes = [query.value("ui_locales"), chosen, account];
    let wishes: Vec<_> = wishes.into_iter().flatten().collect();
    let languages = &console.parts.languages;
    Arc::clone(languages.choose(Some(&wishes.join(" ")), text(header::ACCEPT_LANGUAGE)))
}

pub(crate) fn response(status: StatusCode, html: String) -> Response {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let values = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    for (name, value) in values {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

pub(crate) fn see_other(location: &str) -> Response {
    let mut response = plain(StatusCode::SEE_OTHER);
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}
