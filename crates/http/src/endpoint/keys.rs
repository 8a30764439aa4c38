//! The JWK Set (RFC 7517 §5).

use std::sync::Arc;

use axum::{extract::State, response::Response};
use http::HeaderMap;

use crate::{answer, provider::Provider};

/// GET. Served from memory: it answers while the database is away (requirement A9.3).
pub async fn get(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    let keyring = provider.keyring.load();
    let (document, etag) = keyring.document();
    answer::document(&headers, document, etag)
}
