//! The pages, one file each, and what they share.

pub mod approvals;
pub mod assets;
pub mod authorization_response;
pub mod choose_account;
pub mod consent;
pub mod device;
pub mod error;
pub mod home;
pub mod own_sign_in;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
pub mod view;

use askama::Template;
use axum::{
    body::Body,
    extract::{Extension, FromRequestParts, Path, Request, State},
    response::Response,
};
use http::{HeaderValue, StatusCode, header};
use symbolon_core::{
    authorize::{interaction::Progress, request::Refusal},
    parameters::Parameters,
};
use symbolon_web::{
    form::{self, Unreadable},
    guard::RequestId,
};

use crate::{
    answer,
    failure::Failure,
    interaction::{self, Open},
    provider::Provider,
};
use std::sync::Arc;
use view::Chrome;

/// What a page may load and where its form may lead, beside our own origin.
#[derive(Clone, Copy, Default)]
pub struct Policy<'a> {
    /// A place that the browser is sent to after the form: Chromium holds `form-action` against
    /// redirects too.
    pub leads_to: Option<&'a str>,
    /// Whether it has a script of ours.
    pub script: bool,
    /// Pages of others that it has in frames.
    pub frames: &'a [String],
}

/// What is around the content of a page.
pub fn chrome<'a>(provider: &'a Provider, request_id: &'a RequestId) -> Chrome<'a> {
    Chrome {
        stylesheet: assets::url(assets::STYLESHEET),
        symbol: assets::url(assets::SYMBOL),
        favicon: assets::url(assets::FAVICON),
        request_id: request_id.as_str(),
        notice: provider
            .settings
            .demo
            .as_ref()
            .map(|_| "This is a demo: everybody knows these passwords. Do not put real data here."),
    }
}

/// Renders a page (requirement A1.11).
///
/// # Errors
/// When the template does not render.
pub fn render(
    status: StatusCode,
    template: &impl Template,
    policy: Policy<'_>,
) -> Result<Response, Failure> {
    let mut response = Response::new(Body::from(template.render()?));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, html);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&content_security_policy(policy)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    Ok(response)
}

fn content_security_policy(policy: Policy<'_>) -> String {
    let script = if policy.script {
        "script-src 'self'; "
    } else {
        ""
    };
    let leads_to = policy.leads_to.and_then(source).unwrap_or_default();
    let mut frames: Vec<_> = policy.frames.iter().filter_map(|uri| source(uri)).collect();
    frames.sort();
    frames.dedup();
    let frames = match frames.concat() {
        none if none.is_empty() => none,
        origins => format!("frame-src{origins}; "),
    };
    format!(
        "default-src 'none'; style-src 'self'; img-src 'self' data:; {frames}{script}\
         form-action 'self'{leads_to}; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The source expression of a redirect URI: its origin, or its scheme where it has none.
fn source(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let plain = |text: &str| !text.contains([';', ',', ' ', '\'', '"']);
    match rest.strip_prefix("//") {
        Some(rest) if scheme == "https" || scheme == "http" => {
            let authority = rest.split(['/', '?']).next()?;
            plain(authority).then(|| format!(" {scheme}://{authority}"))
        }
        _ => plain(scheme).then(|| format!(" {scheme}:")),
    }
}

/// Whether a page may load what is there: its origin can be named in the policy.
pub fn is_loadable(uri: &str) -> bool {
    source(uri).is_some()
}

/// Turns a form that another site may have posted into a GET: it comes without our `SameSite=Lax`
/// cookie, and the person would look like a stranger.
pub async fn post_as_get(
    provider: &Provider,
    request_id: &RequestId,
    request: Request,
) -> Response {
    let path = request.uri().path().to_owned();
    let location = form::body(request).await.and_then(|parameters| {
        let location = parameters.as_query_of(&path);
        let short = location.len() <= path.len() + form::LONGEST_QUERY;
        if short {
            Ok(location)
        } else {
            Err(Unreadable::TooLong)
        }
    });
    location.map_or_else(
        |unreadable| error::unreadable(provider, request_id, unreadable),
        |location| answer::see_other(&location),
    )
}

/// A browser that came back to a page of an interaction.
pub struct Visit {
    /// The provider.
    pub provider: Arc<Provider>,
    /// The id of the request.
    pub request_id: RequestId,
    /// The interaction.
    pub open: Open,
    /// The form, if it was sent.
    pub form: Parameters,
}

/// Opens the interaction that a request is about, reads its form, and checks its token for
/// `purpose` when there is one; or says what the person can do.
///
/// # Errors
/// The answer to give instead.
pub async fn visit(
    provider: Arc<Provider>,
    request: Request,
    purpose: &'static str,
) -> Result<Visit, Response> {
    let (mut head, body) = request.into_parts();
    let request_id = Extension::<RequestId>::from_request_parts(&mut head, &()).await;
    let Ok(Extension(request_id)) = request_id else {
        return Err(error::bare(StatusCode::INTERNAL_SERVER_ERROR));
    };
    let failed = |failure: Failure| error::failure(&provider, &request_id, failure);
    let handle = Path::<String>::from_request_parts(&mut head, &()).await;
    let cookie = tower_sessions::Session::from_request_parts(&mut head, &()).await;
    let (Ok(Path(handle)), Ok(cookie)) = (handle, cookie) else {
        return Err(error::stale(&provider, &request_id));
    };
    let is_post = head.method == http::Method::POST;
    let form = if is_post {
        form::body(Request::from_parts(head, body)).await
    } else {
        Ok(Parameters::default())
    };
    let form = form.map_err(|unreadable| error::unreadable(&provider, &request_id, unreadable))?;
    let opened = interaction::open(&provider, &request_id, &handle, cookie).await;
    let open = opened.map_err(failed)??;
    if is_post {
        let token = form.value("csrf").unwrap_or_default();
        let (bound, code) = match token.split_once(ABOUT) {
            Some((about, code)) => (csrf_purpose(&about_purpose(purpose, about), &open), code),
            None => (csrf_purpose(purpose, &open), token),
        };
        if form.repeated().is_some() || !open.browser.is_csrf(&bound, code) {
            return Err(error::forged(&provider, &request_id));
        }
    }
    Ok(Visit {
        provider,
        request_id,
        open,
        form,
    })
}

/// What the token of a form is bound to: the form and the interaction (requirement A6.4).
pub fn csrf_purpose(purpose: &str, open: &Open) -> String {
    format!("{purpose}:{}", open.handle.expose())
}

/// Stands in a token between what its page was about and the code that proves it.
const ABOUT: char = '.';

fn about_purpose(purpose: &str, about: &str) -> String {
    format!("{purpose}{ABOUT}{about}")
}

impl Visit {
    /// The token for the form of this page.
    pub fn csrf(&self, purpose: &str) -> String {
        self.open.browser.csrf(&csrf_purpose(purpose, &self.open))
    }

    /// The token for the form of a page that asks about something: an answer to it is an answer
    /// about that (requirement A6.4). `about` has no dot in it.
    pub fn csrf_about(&self, purpose: &str, about: &str) -> String {
        format!(
            "{about}{ABOUT}{}",
            self.csrf(&about_purpose(purpose, about))
        )
    }

    /// What the page was about that the form came from; its token has been checked.
    pub fn about(&self) -> Option<&str> {
        let (about, _) = self.form.value("csrf")?.split_once(ABOUT)?;
        Some(about)
    }

    /// The address of a page of this interaction.
    pub fn address(&self, page: &str) -> String {
        self.provider
            .path(&format!("/{page}/{}", self.open.handle.expose()))
    }

    /// The policy of a page whose form may end at the client.
    pub fn policy(&self) -> Policy<'_> {
        Policy {
            leads_to: Some(self.open.asked.request.redirect.uri()),
            ..Policy::default()
        }
    }

    /// Records progress and goes on with the interaction.
    pub async fn advance(self, progress: Progress) -> Response {
        let Self {
            provider,
            request_id,
            open,
            ..
        } = self;
        let outcome = interaction::advance(&provider, &request_id, open, progress).await;
        outcome.unwrap_or_else(|failure| error::failure(&provider, &request_id, failure))
    }

    /// The person said no: the client is told, and the interaction ends.
    pub async fn deny(&self) -> Response {
        let outcome = interaction::give_up(
            &self.provider,
            &self.request_id,
            &self.open,
            Refusal::Denied,
        );
        self.answer(outcome.await)
    }

    /// The answer, or a page about our failure.
    pub fn answer(&self, outcome: Result<Response, Failure>) -> Response {
        outcome.unwrap_or_else(|failure| error::failure(&self.provider, &self.request_id, failure))
    }
}

/// The state that every page handler takes.
pub type Shared = State<Arc<Provider>>;
