//! The pages of signing out: asking, and saying that it is done.

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use http::{StatusCode, Uri};
use symbolon_core::end_session::Plan;
use symbolon_web::{browser::BrowserSession, form, guard::RequestId};

use super::{Policy, Shared, chrome, error, render, view};
use crate::{
    answer,
    failure::Failure,
    interaction,
    provider::Provider,
    sign_out::{done, end, plan},
};

const PURPOSE: &str = "sign-out";

/// Asks whether the person wants to sign out.
pub async fn get(
    State(provider): Shared,
    Extension(request_id): Extension<RequestId>,
    cookie: tower_sessions::Session,
    uri: Uri,
) -> Response {
    let outcome = confirm(&provider, &request_id, cookie, &uri).await;
    outcome.unwrap_or_else(|failure| error::failure(&provider, &request_id, failure))
}

/// Takes the answer.
pub async fn post(
    State(provider): Shared,
    Extension(request_id): Extension<RequestId>,
    cookie: tower_sessions::Session,
    request: Request,
) -> Response {
    let outcome = decide(&provider, &request_id, cookie, request).await;
    outcome.unwrap_or_else(|failure| error::failure(&provider, &request_id, failure))
}

async fn confirm(
    provider: &Provider,
    request_id: &RequestId,
    cookie: tower_sessions::Session,
    uri: &Uri,
) -> Result<Response, Failure> {
    let Ok(parameters) = form::query(uri) else {
        return Ok(error::bad_request(
            provider,
            request_id,
            "the query cannot be read",
        ));
    };
    let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    let sessions = interaction::live_sessions(provider, &browser).await?;
    let (plan, _, client) = plan(provider, &parameters, &sessions).await?;
    let Some(session) = sessions.first() else {
        let nowhere = Plan {
            redirect: None,
            ..plan
        };
        return done(provider, request_id, &browser, &nowhere, None, &[]);
    };
    let subject = provider.cache.subject(&session.subject).await?;
    let action = match uri.query() {
        Some(query) => format!("{}?{query}", provider.path("/sign-out")),
        None => provider.path("/sign-out"),
    };
    let proven = plan.redirect.is_some();
    let page = view::ConfirmSignOut {
        chrome: chrome(provider, request_id),
        account: subject.as_deref().map(|subject| subject.display_name()),
        client_name: client
            .as_deref()
            .filter(|_| proven)
            .map(|client| client.metadata.client_name.as_str()),
        action: &action,
        csrf: &browser.csrf(PURPOSE),
    };
    let policy = Policy {
        leads_to: plan.redirect.as_deref(),
        ..Policy::default()
    };
    render(StatusCode::OK, &page, policy)
}

async fn decide(
    provider: &Arc<Provider>,
    request_id: &RequestId,
    cookie: tower_sessions::Session,
    request: Request,
) -> Result<Response, Failure> {
    let Ok(parameters) = form::query(request.uri()) else {
        return Ok(error::bad_request(
            provider,
            request_id,
            "the query cannot be read",
        ));
    };
    let Ok(answers) = form::body(request).await else {
        return Ok(error::bad_request(
            provider,
            request_id,
            "the form cannot be read",
        ));
    };
    let mut browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    if !browser.is_csrf(PURPOSE, answers.value("csrf").unwrap_or_default()) {
        return Ok(error::forged(provider, request_id));
    }
    let sessions = interaction::live_sessions(provider, &browser).await?;
    let (plan, _, client) = plan(provider, &parameters, &sessions).await?;
    if answers.value("decision") != Some("sign_out") {
        return Ok(answer::see_other(&provider.path("/")));
    }
    let frames = end(provider, &mut browser, &sessions).await?;
    let client = client.as_deref();
    done(provider, request_id, &browser, &plan, client, &frames)
}
