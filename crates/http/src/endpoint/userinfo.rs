//! The userinfo endpoint (OIDC Core §5.3).
#![doc(alias = "RFC 6750")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use symbolon_core::{
    error::{ErrorCode, OAuthError},
    parameters::Parameters,
    userinfo,
};
use symbolon_web::form;

use crate::{
    access::{self, Presented},
    answer, cors,
    failure::Failure,
    provider::Provider,
};

/// GET with the token in the header.
pub async fn get(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    let answer = respond(&provider, &headers, &Parameters::default()).await;
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// POST with the token in the header or in a form.
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
    body: &Parameters,
) -> Result<Response, Failure> {
    let token = match access::presented(headers, body) {
        Ok(token) => token,
        Err(absent) => return Ok(challenge(absent.wire())),
    };
    let Some(live) = access::live(provider, token).await? else {
        return Ok(challenge(Some(OAuthError::new(
            ErrorCode::InvalidToken,
            "the access token is invalid, expired or revoked",
        ))));
    };
    let policy = provider.policy().await?;
    let roles = match (&live.presented, &live.client) {
        (Presented::Access(claims), Some(client)) => Some(userinfo::RolesFacts {
            client,
            limits: &claims.limits,
            policy: &policy,
            roles_limit: provider.settings.token.roles_limit,
        }),
        _ => None,
    };
    let facts = userinfo::Facts {
        audience: live.audience(),
        scope: live.scope(),
        request: &live.claims_request,
        subject: Some(&live.subject),
        roles,
    };
    let decided = userinfo::decide(facts, &provider.issuer);
    let mut response = match decided {
        Ok(claims) => answer::json(StatusCode::OK, &claims),
        Err(refusal) => challenge(Some(refusal.wire())),
    };
    if let Some(client) = &live.client {
        cors::allow(client, headers, &mut response);
    }
    Ok(response)
}

/// RFC 6750 §3: the challenge says what is wrong, if anything was presented at all.
fn challenge(error: Option<OAuthError>) -> Response {
    let Some(error) = error else {
        let mut response = (
            StatusCode::UNAUTHORIZED,
            [(header::CACHE_CONTROL, "no-store")],
        )
            .into_response();
        let value = HeaderValue::from_static("Bearer realm=\"userinfo\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
        return response;
    };
    let status = match error.code {
        ErrorCode::InvalidRequest => StatusCode::BAD_REQUEST,
        ErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        _ => StatusCode::UNAUTHORIZED,
    };
    let mut response = answer::oauth_error_with(status, error);
    let value = format!(
        "Bearer realm=\"userinfo\", error=\"{}\", error_description=\"{}\"",
        error.code, error.description
    );
    if let Ok(value) = HeaderValue::from_str(&value) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
