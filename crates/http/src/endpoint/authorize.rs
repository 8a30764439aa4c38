//! The authorization endpoint.
#![doc(alias = "RFC 6749 §3.1")]

use std::sync::Arc;

use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use http::Uri;
use symbolon_core::parameters::Parameters;
use symbolon_web::{browser::BrowserSession, form, guard::RequestId};
use tower_sessions::Session;

use crate::{
    failure::Failure,
    interaction,
    page::{error, post_as_get},
    provider::Provider,
    source,
};

/// GET, the parameters in the query.
pub async fn get(
    State(provider): State<Arc<Provider>>,
    Extension(request_id): Extension<RequestId>,
    cookie: Session,
    uri: Uri,
) -> Response {
    match form::query(&uri) {
        Ok(parameters) => begin(&provider, &request_id, cookie, parameters)
            .await
            .unwrap_or_else(|failure| error::failure(&provider, &request_id, failure)),
        Err(unreadable) => error::unreadable(&provider, &request_id, unreadable),
    }
}

/// POST, the parameters in a form (OIDC Core §3.1.2.1).
pub async fn post(
    State(provider): State<Arc<Provider>>,
    Extension(request_id): Extension<RequestId>,
    request: Request,
) -> Response {
    post_as_get(&provider, &request_id, request).await
}

async fn begin(
    provider: &Provider,
    request_id: &RequestId,
    cookie: Session,
    parameters: Parameters,
) -> Result<Response, Failure> {
    let arrived = match source::arrive(provider, parameters).await? {
        Ok(arrived) => arrived,
        Err(refused) => return interaction::refuse(provider, request_id, &refused),
    };
    match interaction::check(provider, &arrived.parameters).await? {
        Err(refused) => interaction::refuse(provider, request_id, &refused),
        Ok(asked) => {
            let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
            interaction::begin(provider, request_id, &browser, &asked, arrived).await
        }
    }
}
