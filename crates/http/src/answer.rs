//! The forms of answers that endpoints share.

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use symbolon_core::error::{ErrorCode, OAuthError};

/// `Retry-After` of a passing failure, in seconds.
pub const RETRY_SOON: HeaderValue = HeaderValue::from_static("2");

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A JSON body that nobody may keep (RFC 6749 §5.1; requirement A2.12).
pub fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let text = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// A JWT of this media type that nobody may keep.
pub fn jwt(media_type: &'static str, token: String) -> Response {
    let mut response = Response::new(Body::from(token));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}

/// An error of RFC 6749 §5.2. `basic`: the client tried the `Authorization` header, so it is told
/// the scheme.
pub fn oauth_error(error: OAuthError, basic: bool) -> Response {
    let unauthorized = error.code == ErrorCode::InvalidClient;
    let status = if unauthorized {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::BAD_REQUEST
    };
    let mut response = oauth_error_with(status, error);
    if unauthorized && basic {
        let challenge = HeaderValue::from_static("Basic realm=\"token\", charset=\"UTF-8\"");
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

/// An error with a status of its own.
pub fn oauth_error_with(status: StatusCode, error: OAuthError) -> Response {
    #[derive(Serialize)]
    struct Body {
        error: &'static str,
        error_description: &'static str,
    }
    let body = Body {
        error: error.code.as_str(),
        error_description: error.description,
    };
    json(status, &body)
}

/// Says after how many seconds to try again (RFC 9110 §10.2.3).
pub fn retry_after(response: &mut Response, seconds: u32) {
    let seconds = HeaderValue::from(seconds);
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
}

/// A public document that caches may keep and revalidate.
pub fn document(request: &HeaderMap, body: &axum::body::Bytes, etag: &HeaderValue) -> Response {
    let mut response = if is_known(request, etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(body.clone()));
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag.clone());
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    // Public, and never with credentials (requirement A1.10).
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    response
}

/// Whether the client has what is called so (RFC 9110 §13.1.2).
pub fn is_known(request: &HeaderMap, etag: &HeaderValue) -> bool {
    request.get_all(header::IF_NONE_MATCH).iter().any(|value| {
        let tags = value.to_str().unwrap_or_default().split(',').map(str::trim);
        tags.into_iter()
            .any(|tag| tag == "*" || tag.trim_start_matches("W/").as_bytes() == etag.as_bytes())
    })
}

/// The strong entity tag of a body.
pub fn etag(body: &[u8]) -> HeaderValue {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(body);
    let hexadecimal: String = digest
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    HeaderValue::from_str(&format!("\"{hexadecimal}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Sends the browser elsewhere, always as GET (requirement A1.7).
pub fn see_other(location: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(location) {
        headers.insert(header::LOCATION, location);
    }
    headers.insert(header::CACHE_CONTROL, NO_STORE);
    response
}
