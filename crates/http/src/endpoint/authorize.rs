//! The authorization endpoint.
#![doc(alias = "RFC 6749 §3.1")]

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use symbolon_core::parameters::Parameters;
use symbolon_web::{
    browser::BrowserSession,
    form::{self, Unreadable},
    guard::RequestId,
};
use tower_sessions::Session;

use crate::{
    failure::Failure,
    interaction,
    page::{error, post_as_get},
    provider::Provider,
};

/// GET, the parameters in the query.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    Extension(request_id): Extension<RequestId>,
    cookie: Session,
    request: Request,
) -> Response {
    let parameters = form::query(request.uri());
    respond(&provider, &request_id, cookie, parameters).await
}

/// POST, the parameters in a form (OIDC Core §3.1.2.1).
pub async fn post(
    State(provider): State<Arc<Provider>>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    post_as_get(&provider, &request_id, request).await
}

async fn respond(
    provider: &Provider,
    request_id: &RequestId,
    cookie: Session,
    parameters: Result<Parameters, Unreadable>,
) -> Response {
    let parameters = match parameters {
        Ok(parameters) => parameters,
        // Nothing can be believed of it, least of all a redirect URI.
        Err(unreadable) => {
            let description = unreadable.wire().description;
            return error::unreadable(provider, request_id, unreadable.status(), description);
        }
    };
    let answer = begin(provider, request_id, cookie, parameters).await;
    answer.unwrap_or_else(|failure| error::failure(provider, request_id, failure))
}

async fn begin(
    provider: &Provider,
    request_id: &RequestId,
    cookie: Session,
    parameters: Parameters,
) -> Result<Response, Failure> {
    match interaction::check(provider, &parameters).await? {
        Err(refused) => interaction::refuse(provider, request_id, &refused),
        Ok(asked) => {
            let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
            interaction::begin(provider, request_id, &browser, &asked, parameters).await
        }
    }
}
