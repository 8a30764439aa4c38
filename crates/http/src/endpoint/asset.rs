//! Stylesheets, scripts and pictures, embedded in the binary.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, StatusCode, header};

use crate::page::assets;

/// GET below `/static/`.
pub async fn get(Path(path): Path<String>, headers: HeaderMap) -> Response {
    serve(&path, &headers)
}

/// GET `/favicon.ico`, which browsers ask for unasked.
pub async fn favicon(headers: HeaderMap) -> Response {
    serve(assets::url(assets::FAVICON), &headers)
}

fn serve(path: &str, headers: &HeaderMap) -> Response {
    let Some(asset) = assets::find(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok());
    let head = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, asset.cache_control),
        (header::ETAG, asset.etag),
    ];
    if known == Some(asset.etag) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, asset.bytes).into_response()
}
