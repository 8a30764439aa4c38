//! The page on which a person allows or denies what a client asks for.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use symbolon_core::{
    authorize::interaction::{Progress, Step},
    id::Id,
    reserved_scope::{self, Reserved},
    scope::Scope,
    session::Session,
};

use super::{Shared, Visit, chrome, render, view, visit};
use crate::{endpoint::client_logo, failure::Failure, interaction};

const PURPOSE: &str = "consent";

/// Asks.
pub async fn get(State(provider): Shared, request: Request) -> Response {
    match visit(provider, request, PURPOSE).await {
        Ok(visit) => visit.answer(show(&visit).await),
        Err(response) => response,
    }
}

/// Takes the decision.
pub async fn post(State(provider): Shared, request: Request) -> Response {
    let visit = match visit(provider, request, PURPOSE).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    match decide(&visit).await {
        Ok(Some(progress)) => visit.advance(progress).await,
        Ok(None) => visit.deny().await,
        Err(failure) => visit.answer(Err(failure)),
    }
}

/// The progress after the decision; `None` when the person said no. A yes counts only for the
/// session that the page was about (requirement A6.4): when somebody else has signed in meanwhile,
/// in another tab, or at another step, it is none.
async fn decide(visit: &Visit) -> Result<Option<Progress>, Failure> {
    let step = interaction::step(&visit.provider, &visit.open).await?;
    let progress = visit.open.progress.clone();
    match (visit.form.value("decision"), step) {
        (Some("allow"), Some(Step::Consent { session, .. }))
            if visit.about() == Some(session.as_str()) =>
        {
            Ok(Some(Progress {
                allowed: true,
                ..progress.with_session(session)
            }))
        }
        (Some("allow"), _) => Ok(Some(progress)),
        _ => Ok(None),
    }
}

async fn show(visit: &Visit) -> Result<Response, Failure> {
    match interaction::step(&visit.provider, &visit.open).await? {
        Some(Step::Consent { session, missing }) => ask(visit, &session, &missing).await,
        _ => interaction::proceed(&visit.provider, &visit.request_id, &visit.open).await,
    }
}

async fn ask(visit: &Visit, session: &Id<Session>, missing: &Scope) -> Result<Response, Failure> {
    let provider = &*visit.provider;
    let subject = match provider.storage.session(session).await? {
        Some(session) => provider.cache.subject(&session.subject).await?,
        None => None,
    };
    let name = subject
        .as_deref()
        .map_or("", |subject| subject.display_name());
    let organization = subject
        .as_deref()
        .map_or("", |subject| &subject.organization_name);
    let csrf = visit.csrf_about(PURPOSE, session.as_str());
    if let Some(device) = &visit.open.asked.device {
        return super::device::confirm(visit, device, name, organization, &csrf);
    }
    let request = &visit.open.asked.request;
    let metadata = &visit.open.asked.client.metadata;
    let scopes = listed(&request.scope, |word| missing.contains(word));
    let policy = provider.policy().await?;
    let details: Vec<_> = request
        .details
        .in_words(&policy)
        .map(|(kind, members)| view::ConsentDetail {
            title: &kind.title,
            name: &kind.name,
            members,
        })
        .collect();
    let other_account = visit.address("sign-in");
    let logo = client_logo::address(provider, &visit.open.asked.client);
    let page = view::Consent {
        chrome: chrome(provider, &visit.request_id),
        client_name: &metadata.client_name,
        client_host: host(request.redirect.uri()),
        self_registered: visit.open.asked.client.origin.is_own_word(),
        client_uri: metadata.client_uri.as_deref(),
        logo_uri: logo.as_deref(),
        policy_uri: metadata.policy_uri.as_deref(),
        tos_uri: metadata.tos_uri.as_deref(),
        account: name,
        organization,
        scopes: &scopes,
        details: &details,
        offline: request.scope.contains("offline_access"),
        action: &visit.address("consent"),
        csrf: &csrf,
        other_account: Some(&other_account),
    };
    render(StatusCode::OK, &page, visit.policy())
}

/// What a page about a scope lists; `offline_access` has a place of its own there.
pub fn listed(scope: &Scope, is_new: impl Fn(&str) -> bool) -> Vec<view::ConsentScope<'_>> {
    let words = scope.words().filter(|word| *word != "offline_access");
    let shown = words.map(|word| {
        let (title, description) = in_words(word);
        view::ConsentScope {
            name: word,
            title,
            description,
            is_new: is_new(word),
        }
    });
    shown.collect()
}

/// What a scope gives, completing "this application can".
fn in_words(word: &str) -> (&str, &str) {
    match word {
        "openid" => (
            "know who you are",
            "Your account number here, and when you signed in.",
        ),
        "profile" => (
            "see your profile",
            "Your name, username, picture and the like.",
        ),
        "email" => ("see your e-mail address", "And whether it was confirmed."),
        "address" => (
            "see your postal address",
            "As far as it is in your profile.",
        ),
        "phone" => ("see your telephone number", "And whether it was confirmed."),
        word if reserved_scope::restricts(word) => (
            word,
            "For this organization alone: the application gets nothing of your others.",
        ),
        word if Reserved::of(word).is_some() => (
            word,
            "See the organization you belong to, or the roles you hold.",
        ),
        other => (
            other,
            "Use this part of an API in your name, as far as your roles allow.",
        ),
    }
}

fn host(uri: &str) -> &str {
    let after_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    after_scheme.split(['/', '?']).next().unwrap_or(uri)
}
