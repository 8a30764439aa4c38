//! The page on which a person chooses one of the accounts that are signed in.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;

use super::{Shared, Visit, chrome, render, view, visit};
use crate::{answer, failure::Failure, organization};

const PURPOSE: &str = "choose-account";

/// Shows the accounts.
pub async fn get(State(provider): Shared, request: Request) -> Response {
    match visit(provider, request, PURPOSE).await {
        Ok(visit) => visit.answer(show(&visit).await),
        Err(response) => response,
    }
}

/// Takes the choice.
pub async fn post(State(provider): Shared, request: Request) -> Response {
    let visit = match visit(provider, request, PURPOSE).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let live = match organization::eligible_sessions(
        &visit.provider,
        &visit.open.browser,
        &visit.open.asked,
    )
    .await
    {
        Ok(live) => live,
        Err(failure) => return visit.answer(Err(failure)),
    };
    let wanted = visit.form.value("account").unwrap_or_default();
    // Only a session of this very browser can be chosen.
    match live
        .into_iter()
        .find(|session| session.id.as_str() == wanted)
    {
        Some(session) => {
            let progress = visit.open.progress.clone().with_session(session.id);
            visit.advance(progress).await
        }
        None => answer::see_other(&visit.address("sign-in")),
    }
}

async fn show(visit: &Visit) -> Result<Response, Failure> {
    let live =
        organization::eligible_sessions(&visit.provider, &visit.open.browser, &visit.open.asked)
            .await?;
    let mut subjects = Vec::new();
    for session in &live {
        if let Some(subject) = visit.provider.cache.subject(&session.subject).await? {
            subjects.push((session, subject));
        }
    }
    let accounts: Vec<_> = subjects
        .iter()
        .map(|(session, subject)| view::AccountChoice {
            session: session.id.as_str(),
            name: subject.display_name(),
            username: subject.person().map_or("", |person| &person.username),
            organization: &subject.organization_name,
            signed_in: true,
        })
        .collect();
    let page = view::ChooseAccount {
        chrome: chrome(&visit.provider, &visit.request_id),
        client_name: &visit.open.asked.client.metadata.client_name,
        accounts: &accounts,
        action: &visit.address("choose-account"),
        csrf: &visit.csrf(PURPOSE),
    };
    render(StatusCode::OK, &page, visit.policy())
}
