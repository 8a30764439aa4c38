//! The frame that clients poll: whether the person is still the same.
#![doc(alias = "OpenID Connect Session Management")]

use std::sync::Arc;

use askama::Template;
use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use symbolon_web::guard::Framed;

use crate::{
    browser_state,
    page::{assets, view},
    provider::Provider,
};

/// The only page that others may have in a frame: it shows nothing, and there is nothing to press.
pub async fn get(State(provider): State<Arc<Provider>>) -> Response {
    let page = view::CheckSession {
        script: assets::url(assets::CHECK_SESSION),
        cookie: browser_state::cookie(&provider),
    };
    let Ok(page) = page.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = Response::new(Body::from(page));
    response.extensions_mut().insert(Framed);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; base-uri 'none'; form-action 'none'; \
             frame-ancestors *",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
