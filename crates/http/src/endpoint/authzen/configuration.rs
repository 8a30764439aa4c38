//! The metadata document (§9).

use std::sync::Arc;

use axum::{body::Bytes, extract::State, response::Response};
use http::HeaderMap;
use symbolon_core::authzen::metadata::Metadata;

use crate::{answer, provider::Provider};

/// GET. It needs no database (requirement A9.3).
pub async fn get(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    let metadata = Metadata::new(&provider.issuer);
    let document = Bytes::from(serde_json::to_vec(&metadata).unwrap_or_default());
    answer::document(&headers, &document, &answer::etag(&document))
}
