//! Access evaluation (§6).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use symbolon_core::authzen::evaluations::Evaluation;

use super::{Asked, admit, bad_request, caller::EVALUATE, decide::decide, subjects::Subjects};
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
    match Evaluation::read(&asked.body) {
        Ok(evaluation) => one(provider, asked, &evaluation).await,
        Err(error) => Ok(bad_request(error)),
    }
}

/// The answer to one question.
///
/// # Errors
/// When storage fails.
pub(super) async fn one(
    provider: &Provider,
    asked: &Asked,
    evaluation: &Evaluation,
) -> Result<Response, Failure> {
    let permit = asked.caller.permit(provider, &asked.policy, EVALUATE);
    let mut subjects = Subjects::new(provider);
    let decision = decide(&asked.policy, &permit, &mut subjects, evaluation).await?;
    Ok(match decision {
        Some(decision) => answer::json(StatusCode::OK, &decision),
        None => permit.forbidden(),
    })
}
