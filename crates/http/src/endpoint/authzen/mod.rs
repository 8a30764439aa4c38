//! AuthZEN: the policy decision point over HTTP (§10).
//!
//! Who asks is known before a body is read ([`caller`]). An error is a sentence in plain text, as
//! the specification has it (§10.1.2); a denial is an answer like any other.
#![doc(alias = "OpenID AuthZEN Authorization API 1.0")]

mod caller;
pub mod configuration;
mod decide;
pub mod evaluation;
pub mod evaluations;
mod paging;
pub mod search_action;
pub mod search_resource;
pub mod search_subject;
mod subjects;

use std::sync::Arc;

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde_json::{Map, Value};
use symbolon_core::{
    authzen::{entity::RequestError, request_id},
    policy::Policy,
};
use symbolon_web::json;

use crate::{exchange::Call, provider::Provider};
use caller::Caller;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The routes, below the path of the issuer.
pub fn routes(prefix: &str) -> Router<Arc<Provider>> {
    let at = |path: &str| format!("{prefix}/access/v1/{path}");
    Router::new()
        .route(&at("evaluation"), post(evaluation::post))
        .route(&at("evaluations"), post(evaluations::post))
        .route(&at("search/subject"), post(search_subject::post))
        .route(&at("search/resource"), post(search_resource::post))
        .route(&at("search/action"), post(search_action::post))
        // §9.2 puts the path behind the well-known name.
        .route(
            &format!("/.well-known/authzen-configuration{prefix}"),
            get(configuration::get),
        )
        .layer(from_fn(repeat_request_id))
}

/// A question that may be looked at: who asks, under which rules, and what was sent.
struct Asked {
    caller: Caller,
    policy: Arc<Policy>,
    body: Map<String, Value>,
}

/// Lets a caller in and reads what it sends.
///
/// # Errors
/// The answer to give instead.
async fn admit(provider: &Provider, request: Request) -> Result<Asked, Response> {
    let call = Call::of_header(&request);
    let caller = Caller::authenticate(provider, &call).await;
    let caller = caller.map_err(IntoResponse::into_response)??;
    let body = json::object(request).await;
    let body = body.map_err(|error| refuse(error.status(), error.sentence()))?;
    let policy = provider.policy().await;
    let policy = policy.map_err(IntoResponse::into_response)?;
    Ok(Asked {
        caller,
        policy,
        body,
    })
}

/// An error (§10.1.2).
fn refuse(status: StatusCode, sentence: String) -> Response {
    let mut response = (status, sentence).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A request that says nothing definite.
fn bad_request(error: RequestError) -> Response {
    refuse(StatusCode::BAD_REQUEST, error.to_string())
}

/// §10.1.3: whatever the answer is, it has the id of the request.
async fn repeat_request_id(request: Request, next: Next) -> Response {
    let presented = request.headers().get_all(REQUEST_ID).iter();
    let id = request_id::to_repeat(presented.map(HeaderValue::as_bytes));
    let id = id.and_then(|id| HeaderValue::from_str(id).ok());
    if let Some(id) = &id {
        tracing::debug!(callers_id = ?id, "the caller named this request");
    }
    let mut response = next.run(request).await;
    if let Some(id) = id {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}
