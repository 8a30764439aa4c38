//! The revocation endpoint.
#![doc(alias = "RFC 7009")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};
use symbolon_core::{
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    revocation::{self, Presented},
    secret::{AccessToken, RefreshToken, Secret},
};
use symbolon_web::form;

use crate::{
    access, answer, cors,
    exchange::{apply, authenticate},
    failure::Failure,
    provider::Provider,
};

/// POST (RFC 7009 §2.1).
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
    let Some(token) = parameters.value("token") else {
        let error = OAuthError::new(ErrorCode::InvalidRequest, "token is missing");
        return Ok(answer::oauth_error(error, false));
    };
    // `token_type_hint` is not needed: the text itself says what it is (RFC 7009 §2.1 lets a server
    // ignore it).
    let now = provider.now();
    let change = if let Ok(secret) = Secret::<RefreshToken>::parse(token) {
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
    apply(provider, &Vec::from_iter(change)).await?;
    let mut response = (StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response();
    cors::allow(&client, headers, &mut response);
    Ok(response)
}
