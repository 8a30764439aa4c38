//! Scripts of other origins (requirement A1.10): the authorization endpoint answers none, public
//! documents answer all, the token, revocation and userinfo endpoints those that a redirect URI of
//! the client at hand comes from. Never with credentials, never `null`.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use symbolon_core::client::Client;

/// Answers the question a browser asks first. It cannot know the client yet, so it says what kind
/// of request is worth a try; the answer itself is only readable for the client's own origins.
pub async fn preflight(headers: HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(origin) = origin(&headers) {
        let allowed = response.headers_mut();
        allowed.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let methods = HeaderValue::from_static("GET, POST");
        allowed.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        let names = HeaderValue::from_static("authorization, content-type, dpop");
        allowed.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
        allowed.insert(
            header::ACCESS_CONTROL_MAX_AGE,
            HeaderValue::from_static("600"),
        );
        allowed.insert(header::VARY, HeaderValue::from_static("origin"));
    }
    response
}

/// Lets scripts of the client's own origins read the answer.
pub fn allow(client: &Client, request: &HeaderMap, response: &mut Response) {
    let Some(origin) = origin(request) else {
        return;
    };
    let Ok(text) = origin.to_str() else { return };
    let own = client
        .metadata
        .redirect_uris
        .iter()
        .any(|uri| is_origin_of(text, uri.as_str()));
    if own {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        let names = HeaderValue::from_static("www-authenticate, dpop-nonce, x-request-id");
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, names);
    }
    response
        .headers_mut()
        .append(header::VARY, HeaderValue::from_static("origin"));
}

fn origin(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers
        .get(header::ORIGIN)
        .filter(|origin| origin.as_bytes() != b"null")
}

fn is_origin_of(origin: &str, uri: &str) -> bool {
    uri.strip_prefix(origin)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
}

#[cfg(test)]
mod tests {
    use super::is_origin_of;

    #[test]
    fn a1_10_an_origin_is_scheme_host_and_port_of_a_redirect_uri() {
        assert!(is_origin_of(
            "https://app.example",
            "https://app.example/cb"
        ));
        assert!(!is_origin_of("https://app.exam", "https://app.example/cb"));
        assert!(!is_origin_of(
            "https://app.example:8443",
            "https://app.example/cb"
        ));
        assert!(!is_origin_of(
            "http://app.example",
            "https://app.example/cb"
        ));
    }
}
