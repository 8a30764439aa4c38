//! What is answered instead of a page: a file, or nothing but a status.

use axum::{body::Body, response::Response};
use http::{HeaderValue, StatusCode, header};

/// A file to keep, which no browser opens in our name.
pub(crate) fn download(name: &str, media_type: &'static str, body: Vec<u8>) -> Response {
    let mut response = plain(StatusCode::OK);
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    let values = [
        (header::CONTENT_TYPE, media_type),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; sandbox",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in values {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let disposition = HeaderValue::try_from(format!("attachment; filename=\"{name}\""));
    if let Ok(disposition) = disposition {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

/// Nothing but a status.
pub(crate) fn plain(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let no_store = HeaderValue::from_static("no-store");
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, no_store);
    response
}
