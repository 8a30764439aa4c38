//! The revocation endpoint.
#![doc(alias = "RFC 7009")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use symbolon_core::{
    error::{ErrorCode, OAuthError},
    revocation::{self, Presented},
    secret::{AccessToken, RefreshToken, Secret},
};

use crate::{
    access, answer, cors,
    exchange::{Call, apply, authenticate},
    failure::Failure,
    provider::Provider,
};

/// POST (RFC 7009 §2.1).
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
    let Some(token) = call.parameters.value("token") else {
        let error = OAuthError::new(ErrorCode::InvalidRequest, "token is missing");
        return Ok(answer::oauth_error(error, false));
    };
    // `token_type_hint` is not needed: the text itself says what it is (RFC 7009 §2.1 lets a server
    // ignore it).
    let now = provider.now();
    let changes = if let Ok(secret) = Secret::<RefreshToken>::parse(token) {
        let approval = provider
            .storage
            .approval_of_family(secret.family_digest())
            .await?;
        let presented = approval
            .as_ref()
            .map_or(Presented::Unknown, Presented::Refresh);
        revocation::decide(&client, &presented, now)
    } else {
        let recognised = access::recognise(provider, token).await?;
        let presented = match (&recognised, Secret::<AccessToken>::parse(token)) {
            (None, _) => Presented::Unknown,
            (Some((claims, _)), Ok(secret)) => Presented::Opaque(secret.digest(), claims),
            (Some((claims, _)), Err(_)) => Presented::Jwt(claims),
        };
        revocation::decide(&client, &presented, now)
    };
    // An error when storage fails, never a 200 (requirement A2.7).
    apply(provider, &changes).await?;
    let mut response = (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response();
    cors::allow(&client, &call.headers, &mut response);
    Ok(response)
}
