//! The pushed authorization request endpoint.
#![doc(alias = "RFC 9126")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{Method, StatusCode};
use serde::Serialize;
use symbolon_core::{
    authorize::pushed::{self, PushedRequest},
    client::Client,
    error::{ErrorCode, OAuthError},
    secret::{RequestUri, Secret},
};

use crate::{
    answer, cors,
    dpop::{self, ProvenCall},
    exchange::{Call, authenticate},
    failure::Failure,
    interaction::{self, Refused},
    provider::Provider,
    source,
};

/// What the client gets (RFC 9126 §2.2).
#[derive(Serialize)]
struct Answer {
    request_uri: String,
    expires_in: u32,
}

/// POST, the only method (RFC 9126 §2.1).
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
    let mut response = match push(provider, &client, call).await? {
        Ok(answer) => answer::json(StatusCode::CREATED, &answer),
        Err(error) => {
            provider.metrics.refused(error.code.as_str());
            answer::oauth_error(error, false)
        }
    };
    dpop::hand_out_nonce(provider, &call.headers, &mut response);
    cors::allow(&client, &call.headers, &mut response);
    Ok(response)
}

/// Everything that the authorization endpoint checks is checked here too, so that the client is told
/// and not the person; and again there, since a client may be changed meanwhile.
async fn push(
    provider: &Provider,
    client: &Client,
    call: &Call,
) -> Result<Result<Answer, OAuthError>, Failure> {
    let proven = ProvenCall {
        headers: &call.headers,
        method: &Method::POST,
        url: &provider.endpoints.pushed,
        alias: provider.alias(|aliases| &aliases.pushed),
        certificate: call.certificate.as_ref(),
        access_token: None,
    };
    let key = match dpop::prove(provider, client.demands(), proven).await? {
        Ok(key) => key,
        Err(refusal) => return Ok(Err(log(client, &refusal, refusal.wire()))),
    };
    let parameters = match source::push(provider, client, &call.parameters).await {
        Ok(parameters) => parameters,
        Err(refusal) => return Ok(Err(log(client, &refusal, refusal.wire()))),
    };
    let parameters = match pushed::bound(parameters, key) {
        Ok(parameters) => parameters,
        Err(refusal) => return Ok(Err(log(client, &refusal, refusal.wire()))),
    };
    match interaction::check(provider, &parameters).await? {
        Ok(_) => {}
        Err(Refused::Client(_, _, refusal)) => {
            return Ok(Err(log(client, &refusal, refusal.wire())));
        }
        Err(Refused::Source(_, _, refusal)) => {
            return Ok(Err(log(client, &refusal, refusal.wire())));
        }
        Err(Refused::Page(refusal)) => {
            // RFC 9126 §2.3: what would be a page elsewhere.
            let error = OAuthError::new(ErrorCode::InvalidRequest, refusal.description());
            return Ok(Err(log(client, &refusal, error)));
        }
    }
    provider.keep(client).await?;
    let token = Secret::<RequestUri>::generate(&*provider.entropy);
    let lifetime = provider.settings.requests.pushed_lifetime;
    let longest = client.demands().longest_push;
    let lifetime = longest.map_or(lifetime, |longest| longest.min(lifetime));
    let request = PushedRequest::new(client, parameters, provider.now().plus(lifetime));
    provider
        .storage
        .create_pushed_request(token.digest(), &request)
        .await?;
    Ok(Ok(Answer {
        request_uri: pushed::reference(&token),
        expires_in: lifetime.seconds(),
    }))
}

fn log(client: &Client, refusal: &impl std::fmt::Debug, error: OAuthError) -> OAuthError {
    tracing::info!(client = %client.id, ?refusal, "pushed authorization request refused");
    error
}
