//! The policy bundle of an API, for whoever enforces it at the edge.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header, request::Parts};
use symbolon_core::{
    client::Client,
    error::{ErrorCode, OAuthError},
    id::Id,
    policy::api::Api,
};
use symbolon_web::form;

use crate::{
    answer,
    bundle::Served,
    exchange::{Call, authenticate},
    failure::Failure,
    provider::Provider,
};

/// GET, by a client that may introspect the tokens of the API.
pub async fn get(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    // A secret in a query would end up in logs: only the header counts.
    let call = Call::of_header(&request);
    let (head, _) = request.into_parts();
    respond(&provider, &call, &head)
        .await
        .unwrap_or_else(IntoResponse::into_response)
}

async fn respond(provider: &Provider, call: &Call, head: &Parts) -> Result<Response, Failure> {
    let client = match authenticate(provider, call).await? {
        Ok(client) => client,
        Err(response) => return Ok(response),
    };
    let audience = match audience(head) {
        Ok(audience) => audience,
        Err((status, error)) => return Ok(answer::oauth_error_with(status, error)),
    };
    let bundle = match audience.filter(|audience| may_have(&client, audience)) {
        Some(audience) => provider.bundles.of(provider, &audience).await?,
        None => None,
    };
    Ok(match bundle {
        Some(bundle) => found(head, bundle),
        None => not_found(),
    })
}

/// The API that is named; `None`: one that cannot be.
fn audience(head: &Parts) -> Result<Option<Id<Api>>, (StatusCode, OAuthError)> {
    let wrong = |error| (StatusCode::BAD_REQUEST, error);
    let parameters =
        form::query(&head.uri).map_err(|unreadable| (unreadable.status(), unreadable.wire()))?;
    parameters.refuse_repeated().map_err(wrong)?;
    let audience = parameters.value("audience").ok_or(wrong(OAuthError::new(
        ErrorCode::InvalidRequest,
        "audience is missing",
    )))?;
    Ok(Id::parse(audience).ok())
}

fn may_have(client: &Client, audience: &Id<Api>) -> bool {
    let introspects = client.metadata.introspects.iter();
    introspects.into_iter().any(|own| own == audience.as_str())
}

fn found(head: &Parts, bundle: Served) -> Response {
    const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/policy-bundle+jwt");
    // It is asked for again in a second, and is nobody else's.
    const CACHE: HeaderValue = HeaderValue::from_static("private, max-age=1");
    let known = answer::is_known(&head.headers, &bundle.etag);
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => {
            let mut response = bundle.body.into_response();
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, MEDIA_TYPE);
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, bundle.etag);
    headers.insert(header::CACHE_CONTROL, CACHE);
    headers.insert(header::VARY, HeaderValue::from_static("Authorization"));
    response
}

/// Unknown and forbidden look alike.
fn not_found() -> Response {
    let body = serde_json::json!({
        "error": "not_found",
        "error_description": "there is no API of this audience, or this client may not introspect its tokens",
    });
    answer::json(StatusCode::NOT_FOUND, &body)
}
