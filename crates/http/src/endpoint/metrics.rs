//! Metrics for a scraper. Keep the path inside: a proxy in front should not forward it.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};

use crate::provider::Provider;

/// GET, in the text form of OpenMetrics.
pub async fn get(State(provider): State<Arc<Provider>>) -> Response {
    if !provider.settings.metrics {
        return StatusCode::NOT_FOUND.into_response();
    }
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (
        [(header::CONTENT_TYPE, content_type)],
        provider.metrics.render(),
    )
        .into_response()
}
