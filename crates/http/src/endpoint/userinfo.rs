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
        Err(absent) => return Ok(challenge(absent.wire(), "")),
    };
    let Some(live) = access::live(provider, token).await? else {
        return Ok(challenge(
            Some(OAuthError::new(
                ErrorCode::InvalidToken,
                "the access token is invalid, expired or revoked",
            )),
            "",
        ));
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
        Ok(claims) => step_up(provider, &live.presented)
            .unwrap_or_else(|| answer::json(StatusCode::OK, &claims)),
        Err(refusal) => challenge(Some(refusal.wire()), ""),
    };
    if let Some(client) = &live.client {
        cors::allow(client, headers, &mut response);
    }
    Ok(response)
}

/// The challenge, when the sign-in behind a token is not good enough here (RFC 9470 §3). A personal
/// access token has no sign-in behind it, and is not for people to sign in anew with.
fn step_up(provider: &Provider, presented: &access::Presented) -> Option<Response> {
    let requirement = provider.userinfo_requirement()?;
    let access::Presented::Access(claims) = presented else {
        return None;
    };
    let insufficient = requirement.check(claims, provider.now()).err()?;
    let attributes = requirement.attributes();
    Some(challenge(Some(insufficient.wire()), &attributes))
}

/// RFC 6750 §3: the challenge says what is wrong, if anything was presented at all. `more` are
/// further attributes, each with a comma before it.
fn challenge(error: Option<OAuthError>, more: &str) -> Response {
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
        "Bearer realm=\"userinfo\", error=\"{}\", error_description=\"{}\"{more}",
        error.code, error.description
    );
    if let Ok(value) = HeaderValue::from_str(&value) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
