//! The pages on which a person answers what clients ask for in the back channel.
//!
//! Nobody sees a request but the person it is for, signed in; and it is answered once. A link to one
//! shows it and decides nothing.
#![doc(alias = "CIBA §8")]

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Path, Request, State},
    response::Response,
};
use http::StatusCode;
use symbolon_core::{
    backchannel::{BackchannelRequest, BindingMessage},
    client::Client,
    id::Id,
    session::Session,
};
use symbolon_storage::Applied;
use symbolon_web::{browser::BrowserSession, form, guard::RequestId};

use super::{Policy, Shared, chrome, consent, device::age, error, render, view};
use crate::{
    backchannel::{self, PAGE},
    endpoint::client_logo,
    failure::Failure,
    interaction, own_page,
    provider::Provider,
    source::Arrived,
};

/// How many requests of one account are listed: the oldest.
const MOST: u32 = 20;

/// Lists what waits for whoever is signed in.
pub async fn list(
    State(provider): Shared,
    Extension(request_id): Extension<RequestId>,
    cookie: tower_sessions::Session,
) -> Response {
    let outcome = show_all(&provider, &request_id, cookie).await;
    outcome.unwrap_or_else(|failure| error::failure(&provider, &request_id, failure))
}

/// Lets somebody else sign in.
pub async fn other_account(
    State(provider): Shared,
    Extension(request_id): Extension<RequestId>,
    cookie: tower_sessions::Session,
) -> Response {
    let outcome = async {
        let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
        sign_in(&provider, &request_id, &browser, true).await
    };
    let outcome = outcome.await;
    outcome.unwrap_or_else(|failure| error::failure(&provider, &request_id, failure))
}

/// Shows one request.
pub async fn get(
    State(provider): Shared,
    Extension(request_id): Extension<RequestId>,
    Path(id): Path<String>,
    cookie: tower_sessions::Session,
) -> Response {
    let outcome = show(&provider, &request_id, &id, cookie).await;
    outcome.unwrap_or_else(|failure| error::failure(&provider, &request_id, failure))
}

/// Takes the decision about it.
pub async fn post(
    State(provider): Shared,
    Extension(request_id): Extension<RequestId>,
    Path(id): Path<String>,
    cookie: tower_sessions::Session,
    request: Request,
) -> Response {
    let outcome = decide(&provider, &request_id, &id, cookie, request).await;
    outcome.unwrap_or_else(|failure| error::failure(&provider, &request_id, failure))
}

/// A request, who asks, and the session of the person that it is for.
struct Found {
    request: BackchannelRequest,
    client: Arc<Client>,
    session: Session,
}

async fn show_all(
    provider: &Provider,
    request_id: &RequestId,
    cookie: tower_sessions::Session,
) -> Result<Response, Failure> {
    let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    let sessions = interaction::live_sessions(provider, &browser).await?;
    if sessions.is_empty() {
        return sign_in(provider, request_id, &browser, false).await;
    }
    let now = provider.now();
    let mut requests = Vec::new();
    for session in &sessions {
        let (storage, subject) = (&provider.storage, &session.subject);
        let waiting = storage
            .open_backchannel_requests(subject, now, MOST)
            .await?;
        let account = account(provider, session).await?.0;
        for request in waiting {
            let Some(client) = active(provider, &request.client).await? else {
                continue;
            };
            let message = request.binding_message.as_ref();
            requests.push(view::PendingApproval {
                address: address(provider, &request.id),
                client_name: client.metadata.client_name.clone(),
                binding_message: message.map(|message| message.as_str().to_owned()),
                account: account.clone(),
                age: age(request.created_at, now),
            });
        }
    }
    let page = view::Approvals {
        chrome: chrome(provider, request_id),
        requests: &requests,
        other_account: &provider.path("/approvals/sign-in"),
    };
    render(StatusCode::OK, &page, Policy::default())
}

async fn show(
    provider: &Provider,
    request_id: &RequestId,
    id: &str,
    cookie: tower_sessions::Session,
) -> Result<Response, Failure> {
    let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    let sessions = interaction::live_sessions(provider, &browser).await?;
    if sessions.is_empty() {
        return sign_in(provider, request_id, &browser, false).await;
    }
    let Some(found) = find(provider, id, sessions).await? else {
        return Ok(error::stale(provider, request_id));
    };
    let Found {
        request,
        client,
        session,
    } = &found;
    browser.remember().await?;
    let (account, organization) = account(provider, session).await?;
    let metadata = &client.metadata;
    let message = request.binding_message.as_ref();
    let logo = client_logo::address(provider, client);
    let page = view::Approval {
        chrome: chrome(provider, request_id),
        client_name: &metadata.client_name,
        client_uri: metadata.client_uri.as_deref(),
        logo_uri: logo.as_deref(),
        policy_uri: metadata.policy_uri.as_deref(),
        tos_uri: metadata.tos_uri.as_deref(),
        binding_message: message.map(BindingMessage::as_str),
        age: &age(request.created_at, provider.now()),
        account: &account,
        organization: &organization,
        scopes: &consent::listed(&request.scope, |_| true),
        offline: request.scope.contains("offline_access"),
        action: &address(provider, &request.id),
        csrf: &browser.csrf(&purpose(&found)),
        all: &provider.path(PAGE),
    };
    render(StatusCode::OK, &page, Policy::default())
}

async fn decide(
    provider: &Arc<Provider>,
    request_id: &RequestId,
    id: &str,
    cookie: tower_sessions::Session,
    request: Request,
) -> Result<Response, Failure> {
    let answers = match form::body(request).await {
        Ok(answers) => answers,
        Err(unreadable) => return Ok(error::unreadable(provider, request_id, unreadable)),
    };
    let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    let sessions = interaction::live_sessions(provider, &browser).await?;
    let Some(found) = find(provider, id, sessions).await? else {
        return Ok(error::stale(provider, request_id));
    };
    let csrf = answers.value("csrf").unwrap_or_default();
    if answers.repeated().is_some() || !browser.is_csrf(&purpose(&found), csrf) {
        return Ok(error::forged(provider, request_id));
    }
    // What is no yes is a no.
    let allowed = answers.value("decision") == Some("allow");
    let done = if allowed {
        backchannel::approve(provider, &found.request, &found.session).await?
    } else {
        backchannel::deny(provider, &found.request).await?
    };
    if done == Applied::Conflict {
        return Ok(error::stale(provider, request_id));
    }
    let page = view::ApprovalDone {
        chrome: chrome(provider, request_id),
        client_name: &found.client.metadata.client_name,
        allowed,
        all: &provider.path(PAGE),
    };
    render(StatusCode::OK, &page, Policy::default())
}

/// The request of a page, if it waits, and for somebody with one of these sessions.
async fn find(
    provider: &Provider,
    id: &str,
    sessions: Vec<Session>,
) -> Result<Option<Found>, Failure> {
    let Ok(id) = Id::parse(id) else {
        return Ok(None);
    };
    let found = provider.storage.backchannel_request_of_id(&id).await?;
    let Some(request) = found.filter(|request| request.is_open(provider.now())) else {
        return Ok(None);
    };
    let mut sessions = sessions.into_iter();
    let Some(session) = sessions.find(|session| session.subject == request.subject) else {
        return Ok(None);
    };
    let client = active(provider, &request.client).await?;
    Ok(client.map(|client| Found {
        request,
        client,
        session,
    }))
}

async fn active(provider: &Provider, id: &Id<Client>) -> Result<Option<Arc<Client>>, Failure> {
    let client = provider.cache.client(id).await?;
    Ok(client.filter(|client| client.disabled_at.is_none()))
}

/// What to call whoever has a session, and their organization.
async fn account(provider: &Provider, session: &Session) -> Result<(String, String), Failure> {
    let subject = provider.cache.subject(&session.subject).await?;
    Ok(subject
        .map(|subject| {
            let name = subject.display_name().to_owned();
            (name, subject.organization_name.clone())
        })
        .unwrap_or_default())
}

/// What the token of the form is bound to: the request, and the session that answers it (requirement
/// A6.4).
fn purpose(found: &Found) -> String {
    format!("approval:{}:{}", found.request.id, found.session.id)
}

fn address(provider: &Provider, id: &Id<BackchannelRequest>) -> String {
    provider.path(&format!("{PAGE}/{id}"))
}

async fn sign_in(
    provider: &Provider,
    request_id: &RequestId,
    browser: &BrowserSession,
    anew: bool,
) -> Result<Response, Failure> {
    let asked = own_page::ask(provider, anew);
    interaction::begin(provider, request_id, browser, &asked, Arrived::default()).await
}
