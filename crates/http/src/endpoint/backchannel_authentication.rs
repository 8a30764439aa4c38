//! The backchannel authentication endpoint.
#![doc(alias = "CIBA §7")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Serialize;
use symbolon_core::{
    backchannel::{self, BackchannelRequest, Refusal},
    client::Client,
    error::ErrorCode,
    time::Lifetime,
};

use crate::{
    answer,
    backchannel::{Notice, find, parameters, permit},
    exchange::{Call, authenticate},
    failure::Failure,
    provider::Provider,
};

/// The answer (CIBA §7.3).
#[derive(Serialize)]
struct Answer<'a> {
    auth_req_id: &'a str,
    expires_in: u32,
    interval: u32,
}

/// POST, the only method.
pub async fn post(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    match Call::read(request).await {
        Ok(call) => respond(&provider, &call)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(response) => response,
    }
}

async fn respond(provider: &Provider, call: &Call) -> Result<Response, Failure> {
    let client = match authenticate(provider, call).await? {
        Ok(client) => client,
        Err(response) => return Ok(response),
    };
    let parameters = match parameters(provider, &client, &call.parameters).await? {
        Ok(parameters) => parameters,
        Err(refusal) => return Ok(refuse(provider, &client, refusal, None)),
    };
    let policy = provider.policy().await?;
    let mut request = match backchannel::check(&client, &parameters, &policy) {
        Ok(request) => request,
        Err(refusal) => return Ok(refuse(provider, &client, refusal, None)),
    };
    let subject = match find(provider, &client, &request, &policy).await? {
        Ok(subject) => subject,
        Err(refusal) => return Ok(refuse(provider, &client, refusal, None)),
    };
    if let Err(wait) = permit(provider, &client, &subject).await? {
        return Ok(refuse(provider, &client, Refusal::TooMany, Some(wait)));
    }
    let token = request.notification_token.take();
    let (waiting, secret) = BackchannelRequest::begin(
        &client,
        subject,
        request,
        &provider.settings.backchannel,
        provider.now(),
        &*provider.entropy,
    );
    let notice = token.map(|token| Notice::seal(provider, &waiting, &secret, &token));
    provider
        .storage
        .create_backchannel_request(&waiting, notice.as_deref())
        .await?;
    let answer = Answer {
        auth_req_id: secret.expose(),
        expires_in: waiting.expires_at.since(waiting.created_at).seconds(),
        interval: waiting.interval.seconds(),
    };
    Ok(answer::json(StatusCode::OK, &answer))
}

fn refuse(
    provider: &Provider,
    client: &Client,
    refusal: Refusal,
    wait: Option<Lifetime>,
) -> Response {
    tracing::info!(client = %client.id, ?refusal, "backchannel authentication refused");
    let error = refusal.wire();
    provider.metrics.refused(error.code.as_str());
    if error.code != ErrorCode::AccessDenied {
        return answer::oauth_error(error, false);
    }
    // CIBA §13 has 403 for what is denied; that it may be tried later says 429.
    let mut response = answer::oauth_error_with(StatusCode::TOO_MANY_REQUESTS, error);
    answer::retry_after(&mut response, wait.map_or(600, Lifetime::seconds));
    response
}
