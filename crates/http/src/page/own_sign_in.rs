//! The sign-in page of this server's own pages: the console and the account pages.
//!
//! There is no application that asks, so there is no interaction: what comes after the sign-in is in
//! the address, and it can only be a path of these pages ([`LocalPath`]). `anew` asks somebody who is
//! signed in to prove it once more.

use axum::{
    extract::{Extension, FromRequestParts, Request, State},
    response::Response,
};
use http::{StatusCode, request::Parts};
use symbolon_core::parameters::Parameters;
use symbolon_web::{
    browser::BrowserSession,
    form,
    guard::RequestId,
    local_path::{self, LocalPath},
};

use super::{
    Policy, Shared, chrome, error, render,
    sign_in::{Attempt, SignInRefusal, session, username_of},
    view,
};
use crate::{answer, failure::Failure, interaction, provider::Provider};

/// A browser at this page.
struct Here<'a> {
    provider: &'a Provider,
    request_id: RequestId,
    browser: BrowserSession,
    to: LocalPath,
    anew: bool,
}

/// Shows the form.
pub async fn get(State(provider): Shared, request: Request) -> Response {
    let (mut head, _) = request.into_parts();
    let here = match here(&provider, &mut head).await {
        Ok(here) => here,
        Err(response) => return response,
    };
    let shown = async {
        here.browser.remember().await?;
        let live = interaction::live_sessions(&provider, &here.browser).await?;
        let username = match live.first() {
            Some(session) if here.anew => username_of(&provider, &session.subject).await?,
            _ => String::new(),
        };
        here.form(StatusCode::OK, &username, None)
    };
    let shown = shown.await;
    here.answer(shown)
}

/// Takes name and password.
pub async fn post(State(provider): Shared, request: Request) -> Response {
    let (mut head, body) = request.into_parts();
    let mut here = match here(&provider, &mut head).await {
        Ok(here) => here,
        Err(response) => return response,
    };
    let form = match form::body(Request::from_parts(head, body)).await {
        Ok(form) => form,
        Err(unreadable) => return error::unreadable(&provider, &here.request_id, unreadable),
    };
    let token = form.value("csrf").unwrap_or_default();
    if form.repeated().is_some() || !here.browser.is_csrf(&here.purpose(), token) {
        return error::forged(&provider, &here.request_id);
    }
    let username = form.value("username").unwrap_or_default().to_owned();
    let signed_in = here.sign_in(&form, &username).await;
    let outcome = signed_in.and_then(|outcome| match outcome {
        Ok(()) => Ok(answer::see_other(here.to.as_str())),
        Err(refusal) => refusal.answer(&provider, |status, alert| {
            here.form(status, &username, Some(alert))
        }),
    });
    here.answer(outcome)
}

async fn here<'a>(provider: &'a Provider, head: &mut Parts) -> Result<Here<'a>, Response> {
    let request_id = Extension::<RequestId>::from_request_parts(head, &()).await;
    let Ok(Extension(request_id)) = request_id else {
        return Err(error::bare(StatusCode::INTERNAL_SERVER_ERROR));
    };
    let query = form::query(&head.uri);
    let query = query.map_err(|unreadable| error::unreadable(provider, &request_id, unreadable))?;
    let Ok(cookie) = tower_sessions::Session::from_request_parts(head, &()).await else {
        return Err(error::stale(provider, &request_id));
    };
    let browser = BrowserSession::load(cookie, &*provider.entropy).await;
    let browser = browser.map_err(|failed| error::failure(provider, &request_id, failed.into()))?;
    let prefix = &provider.paths.prefix;
    let to = query
        .value("to")
        .and_then(|to| LocalPath::parse(prefix, to));
    Ok(Here {
        provider,
        request_id,
        browser,
        to: to.unwrap_or_else(|| LocalPath::home(prefix)),
        anew: query.value("anew").is_some(),
    })
}

impl Here<'_> {
    fn purpose(&self) -> String {
        format!("sign-in:{}", self.to.as_str())
    }

    async fn sign_in(
        &mut self,
        form: &Parameters,
        username: &str,
    ) -> Result<Result<(), SignInRefusal>, Failure> {
        let attempt = Attempt {
            provider: self.provider,
            browser: &self.browser,
            form,
            asked: None,
        };
        match attempt.outcome(username).await? {
            Ok(subject) => {
                self.provider.metrics.sign_in("right");
                session(self.provider, &mut self.browser, &subject).await?;
                Ok(Ok(()))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    fn form(
        &self,
        status: StatusCode,
        username: &str,
        alert: Option<&str>,
    ) -> Result<Response, Failure> {
        let page = view::SignIn {
            chrome: chrome(self.provider, &self.request_id),
            client_name: "Symbolon",
            purpose: if self.anew {
                view::Purpose::Anew
            } else {
                view::Purpose::Here
            },
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            action: &local_path::sign_in(&self.provider.paths.prefix, &self.to, self.anew),
            csrf: &self.browser.csrf(&self.purpose()),
            username,
            alert,
            sign_up: None,
            other_account: None,
            cancel: false,
        };
        render(status, &page, Policy::default())
    }

    fn answer(&self, outcome: Result<Response, Failure>) -> Response {
        outcome.unwrap_or_else(|failed| error::failure(self.provider, &self.request_id, failed))
    }
}
