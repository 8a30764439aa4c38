//! Signing out: what the endpoint and the page share.

use std::sync::Arc;

use axum::response::Response;
use http::StatusCode;
use symbolon_core::{
    client::Client,
    end_session::{self, HintClaims, Plan},
    id::Id,
    logout::front_channel::frame,
    parameters::Parameters,
    session::Session,
};
use symbolon_web::{browser::BrowserSession, guard::RequestId};

use crate::{
    answer, browser_state,
    failure::Failure,
    interaction, logout,
    page::{Policy, assets, chrome, is_loadable, render, view},
    provider::Provider,
};

/// How many clients a page loads something of at the most.
const MOST_FRAMES: usize = 32;

/// What to do about a sign-out request, and for which client.
///
/// # Errors
/// When storage fails.
pub async fn plan(
    provider: &Provider,
    parameters: &Parameters,
    sessions: &[Session],
) -> Result<(Plan, Option<HintClaims>, Option<Arc<Client>>), Failure> {
    let hinted = parameters.value("id_token_hint");
    let hint = hinted.and_then(|text| interaction::hint(provider, text));
    let named = parameters
        .value("client_id")
        .and_then(|text| Id::<Client>::parse(text).ok());
    let contradictory = match (&hint, &named) {
        (Some(hint), Some(named)) => hint.aud != *named,
        _ => false,
    };
    let client = match hint.as_ref().map(|hint| &hint.aud).or(named.as_ref()) {
        Some(id) => provider.cache.client(id).await?,
        None => None,
    };
    let hinted = client.as_deref().zip(hint.as_ref());
    let hinted = hinted.and_then(|(client, hint)| {
        let people = sessions.iter().map(|session| &session.subject);
        provider.pairwise.find(client, &hint.sub, people)
    });
    let request = end_session::Request {
        hint: hint.as_ref(),
        hinted,
        hint_is_bad: hinted.is_some() && hint.is_none(),
        client: client.as_deref(),
        client_is_contradictory: contradictory,
        post_logout_redirect_uri: parameters.value("post_logout_redirect_uri"),
        state: parameters.value("state"),
    };
    Ok((end_session::decide(&request, sessions), hint, client))
}

/// The address of the question. What the client asked for goes along and is checked again; the hint
/// stays behind, since it is about a person.
pub fn ask(
    provider: &Provider,
    parameters: &Parameters,
    plan: &Plan,
    client: Option<&Client>,
) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    // There is a place to go to only if a client registered it.
    if let (Some(_), Some(client)) = (&plan.redirect, client) {
        query.append_pair("client_id", client.id.as_str());
        for name in ["post_logout_redirect_uri", "state"] {
            if let Some(value) = parameters.value(name) {
                query.append_pair(name, value);
            }
        }
    }
    format!("{}?{}", provider.path("/sign-out"), query.finish())
}

/// Ends sessions, forgets them in the browser, and has their clients told: what the page has to load
/// for those that are told through the browser.
///
/// # Errors
/// When storage fails.
pub async fn end(
    provider: &Arc<Provider>,
    browser: &mut BrowserSession,
    sessions: &[Session],
) -> Result<Vec<String>, Failure> {
    let now = provider.now();
    for session in sessions {
        provider.storage.end_session(&session.id, now).await?;
        tracing::info!(subject = %session.subject, "signed out");
    }
    if !sessions.is_empty() {
        // This instance knows at once; the others within a second.
        provider.cache.learn(now).await?;
        let ids: Vec<_> = sessions.iter().map(|session| session.id.clone()).collect();
        browser.forget(&ids).await?;
        logout::tell_soon(provider).await;
    }
    frames(provider, sessions).await
}

async fn frames(provider: &Provider, sessions: &[Session]) -> Result<Vec<String>, Failure> {
    let mut frames = Vec::new();
    for session in sessions {
        for client in provider.storage.clients_of_session(&session.id).await? {
            let client = provider.cache.client(&client).await?;
            let frame = client.and_then(|client| frame(&client, &session.id, &provider.issuer));
            frames.extend(frame.filter(|uri| is_loadable(uri)));
        }
    }
    frames.sort_unstable();
    frames.dedup();
    frames.truncate(MOST_FRAMES);
    Ok(frames)
}

/// Sends the browser on, or says that it is done. With frames to load it says so first, and goes on
/// then.
///
/// # Errors
/// When the page does not render.
pub fn done(
    provider: &Provider,
    request_id: &RequestId,
    browser: &BrowserSession,
    plan: &Plan,
    client: Option<&Client>,
    frames: &[String],
) -> Result<Response, Failure> {
    let redirect = plan.redirect.as_deref();
    if let Some(redirect) = redirect.filter(|_| frames.is_empty()) {
        let response = answer::see_other(redirect);
        return Ok(browser_state::shown(provider, browser, response));
    }
    let home = client.and_then(|client| client.metadata.client_uri.as_deref());
    let continue_to = client
        .zip(redirect.or(home))
        .map(|(client, uri)| (uri, client.metadata.client_name.as_str()));
    let page = view::SignedOut {
        chrome: chrome(provider, request_id),
        continue_to,
        frames,
        onward: redirect.map(|uri| view::Onward {
            uri,
            script: assets::url(assets::SIGNED_OUT),
        }),
    };
    let policy = Policy {
        frames,
        script: redirect.is_some(),
        ..Policy::default()
    };
    let response = render(StatusCode::OK, &page, policy)?;
    Ok(browser_state::shown(provider, browser, response))
}
