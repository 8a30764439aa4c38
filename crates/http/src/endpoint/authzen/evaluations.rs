//! Access evaluations: many at once (§7).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use symbolon_core::authzen::{
    answer::{Decision, Decisions},
    entity::RequestError,
    evaluations::{Evaluation, Evaluations, Semantic},
};

use super::{
    Asked, admit, bad_request, caller::EVALUATE, decide::decide, evaluation, subjects::Subjects,
};
use crate::{answer, failure::Failure, provider::Provider};

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
    match Evaluations::read(&asked.body) {
        Ok(Evaluations::One(evaluation)) => evaluation::one(provider, asked, &evaluation).await,
        Ok(Evaluations::Many { items, semantic }) => many(provider, asked, &items, semantic).await,
        Err(error) => Ok(bad_request(error)),
    }
}

/// What is wrong with one denies that one. Only a caller to whom not one could be answered is
/// refused as a whole.
async fn many(
    provider: &Provider,
    asked: &Asked,
    items: &[Result<Evaluation, RequestError>],
    semantic: Semantic,
) -> Result<Response, Failure> {
    let permit = asked.caller.permit(provider, &asked.policy, EVALUATE);
    let mut subjects = Subjects::new(provider);
    let mut evaluations = Vec::with_capacity(items.len());
    let mut forbidden = 0;
    for item in items {
        let decision = match item {
            Ok(item) => {
                let decided = decide(&asked.policy, &permit, &mut subjects, item).await?;
                decided.unwrap_or_else(|| {
                    forbidden += 1;
                    Decision::forbidden()
                })
            }
            Err(error) => Decision::of_error(*error),
        };
        let ends = semantic.ends_with(decision.decision);
        evaluations.push(decision);
        if ends {
            break;
        }
    }
    if forbidden == evaluations.len() {
        return Ok(permit.forbidden());
    }
    Ok(answer::json(StatusCode::OK, &Decisions { evaluations }))
}
