//! The metadata document (OIDC Discovery §4, RFC 8414 §3).

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::HeaderMap;

use crate::{answer, provider::Provider};

/// GET. Served from memory: it answers while the database is away (requirement A9.3).
pub async fn get(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    let (document, etag) = provider.discovery.now(&provider).await;
    answer::document(&headers, &document, &etag)
}
