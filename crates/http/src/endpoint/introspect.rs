//! The introspection endpoint.
#![doc(alias = "RFC 7662")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use symbolon_core::{
    client::Client,
    client_auth,
    error::{ErrorCode, OAuthError},
    introspection::{self, Answer},
    secret::{RefreshToken, Secret},
};

use crate::{
    access::{self, Presented},
    answer,
    exchange::{Call, authenticate},
    failure::Failure,
    provider::Provider,
};

/// POST (RFC 7662 §2.1).
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
    if client.is_public() {
        // Whoever finds a token must not be able to ask what it is good for (RFC 7662 §4).
        let refusal = client_auth::Refusal::MethodNotRegistered;
        return Ok(answer::oauth_error(refusal.wire(), false));
    }
    let Some(token) = call.parameters.value("token") else {
        let error = OAuthError::new(ErrorCode::InvalidRequest, "token is missing");
        return Ok(answer::oauth_error(error, false));
    };
    if let Ok(secret) = Secret::<RefreshToken>::parse(token) {
        return refresh_token(provider, &client, &secret).await;
    }
    let live = access::known(provider, token).await?;
    let policy;
    let caller = (&*client, &provider.pairwise);
    let answer = match &live {
        None => Answer::INACTIVE,
        Some(live) => match &live.presented {
            Presented::Access(claims) if introspection::concerns(&client, claims) => {
                let issued_to = live.client.as_ref().unwrap_or(&client);
                policy = provider.policy().await?;
                Answer::access_token(caller, claims, &live.subject, issued_to, &policy)
            }
            Presented::Personal(token) if introspection::personal_token_concerns(&client) => {
                Answer::personal_token(caller, token, &live.subject, &provider.issuer)
            }
            Presented::Access(_) | Presented::Personal(_) => Answer::INACTIVE,
        },
    };
    Ok(answer::json(StatusCode::OK, &answer))
}

async fn refresh_token(
    provider: &Provider,
    client: &Client,
    token: &Secret<RefreshToken>,
) -> Result<Response, Failure> {
    let approval = provider
        .storage
        .approval_of_family(token.family_digest())
        .await?;
    let active = match &approval {
        Some(approval) => provider.cache.subject(&approval.subject).await?,
        None => None,
    };
    let answer = match (&approval, active.is_some_and(|subject| subject.is_active())) {
        (Some(approval), true) => {
            let settings = &provider.settings.token;
            let issuer = &provider.issuer;
            let caller = (client, &provider.pairwise);
            Answer::refresh_token(caller, token, approval, issuer, settings, provider.now())
        }
        _ => Answer::INACTIVE,
    };
    Ok(answer::json(StatusCode::OK, &answer))
}
