//! The introspection endpoint.
#![doc(alias = "RFC 7662")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode};
use symbolon_core::{
    client_auth,
    error::{ErrorCode, OAuthError},
    introspection::{self, Answer},
    parameters::Parameters,
};
use symbolon_web::form;

use crate::{access, answer, exchange::authenticate, failure::Failure, provider::Provider};

/// POST (RFC 7662 §2.1).
pub async fn post(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let parameters = match form::body(request).await {
        Ok(parameters) => parameters,
        Err(unreadable) => {
            return answer::oauth_error_with(unreadable.status(), unreadable.wire());
        }
    };
    respond(&provider, &headers, &parameters)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

async fn respond(
    provider: &Provider,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Response, Failure> {
    if let Err(error) = parameters.refuse_repeated() {
        return Ok(answer::oauth_error(error, false));
    }
    let client = match authenticate(provider, headers, parameters).await? {
        Ok(client) => client,
        Err(refusal) => return Ok(answer::oauth_error(refusal.error, refusal.basic)),
    };
    if client.is_public() {
        // Whoever finds a token must not be able to ask what it is good for (RFC 7662 §4).
        let refusal = client_auth::Refusal::MethodNotRegistered;
        return Ok(answer::oauth_error(refusal.wire(), false));
    }
    let Some(token) = parameters.value("token") else {
        let error = OAuthError::new(ErrorCode::InvalidRequest, "token is missing");
        return Ok(answer::oauth_error(error, false));
    };
    let live = access::live(provider, token).await?;
    let answer = match &live {
        Some(live) if introspection::concerns(&client, &live.claims) => {
            let username = live.subject.person().map(|person| person.username.as_str());
            Answer::access_token(&live.claims, username)
        }
        _ => Answer::INACTIVE,
    };
    Ok(answer::json(StatusCode::OK, &answer))
}
