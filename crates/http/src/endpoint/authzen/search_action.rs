//! Action search: what may be done (§8.6)?

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use symbolon_core::{
    authzen::{
        candidate::{Asking, Found, actions},
        entity::Action,
        question::{Asked as Question, meaning},
        search::ActionSearch,
    },
    policy::attribute::Properties,
};

use super::{
    Asked, admit, bad_request,
    caller::{Permit, SEARCH},
    paging,
    subjects::Subjects,
};
use crate::{failure::Failure, provider::Provider};

/// POST.
pub async fn post(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    match admit(&provider, request).await {
        Ok(asked) => respond(&provider, &asked)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(response) => response,
    }
}

async fn respond(provider: &Provider, asked: &Asked) -> Result<Response, Failure> {
    let search = match ActionSearch::read(&asked.body) {
        Ok(search) => search,
        Err(error) => return Ok(bad_request(error)),
    };
    let fingerprint = search.fingerprint();
    let cursor = match paging::begin(provider, &search.page, &fingerprint) {
        Ok(cursor) => cursor,
        Err(error) => return Ok(bad_request(error)),
    };
    let permit = asked.caller.permit(provider, &asked.policy, SEARCH);
    let subject = Subjects::new(provider).find(&search.subject).await?;
    let subject = subject.filter(|subject| subject.is_active());
    // Where is the same for every action.
    let any = Action {
        name: String::new(),
        properties: Properties::new(),
    };
    let question = Question {
        subject: &search.subject.properties,
        action: &any,
        kind: &search.resource.kind,
        id: &search.resource.id,
        resource: &search.resource.properties,
        context: &search.context,
    };
    let acting = meaning(&asked.policy, &question).acting;
    if !permit.covers_acting(&acting, subject.as_deref()) {
        return Ok(permit.forbidden());
    }
    let found = match &subject {
        None => Found::NOTHING,
        Some(subject) => {
            let may_ask = |organization: &_| Permit::covers(&permit, organization);
            let may_ask_about = |scope: &_| Permit::covers_scope(&permit, scope);
            let asking = Asking {
                policy: &asked.policy,
                subject,
                may_ask: &may_ask,
                may_ask_about: &may_ask_about,
            };
            actions(asking, &search, &cursor)
        }
    };
    Ok(paging::answer(provider, found, &cursor, &fingerprint))
}
