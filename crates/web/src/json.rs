//! JSON bodies, bounded before they are read (requirement A3.6).

use axum::extract::Request;
use http::{HeaderMap, StatusCode, header::CONTENT_TYPE};
use serde_json::{Map, Value};
use symbolon_core::json::{self, JsonError};

use crate::form;

/// The longest JSON body in bytes.
pub const LONGEST_BODY: usize = 256 * 1024;

/// Why a request has no object to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The body broke off.
    Broken,
    /// Not `application/json`.
    ContentType,
    /// No document.
    Json(JsonError),
    /// The body did not arrive in time.
    Late,
    /// More than [`LONGEST_BODY`].
    TooLong,
}

impl Unreadable {
    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Broken | Self::Json(_) => StatusCode::BAD_REQUEST,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
        }
    }

    /// What the caller is told.
    pub fn sentence(self) -> String {
        match self {
            Self::Broken => "the body ended before its Content-Length".to_owned(),
            Self::ContentType => "the Content-Type must be application/json".to_owned(),
            Self::Json(error) => error.to_string(),
            Self::Late => "the body did not arrive within 10 seconds".to_owned(),
            Self::TooLong => "the body is longer than this server reads (256 KiB)".to_owned(),
        }
    }
}

/// Reads the object in a body.
///
/// # Errors
/// [`Unreadable`].
pub async fn object(request: Request) -> Result<Map<String, Value>, Unreadable> {
    let (head, body) = request.into_parts();
    if !is_json(&head.headers) {
        return Err(Unreadable::ContentType);
    }
    let bytes = form::bounded(body, LONGEST_BODY).await;
    let bytes = bytes.map_err(|error| match error {
        form::Unreadable::Late => Unreadable::Late,
        form::Unreadable::TooLong => Unreadable::TooLong,
        form::Unreadable::Broken | form::Unreadable::ContentType | form::Unreadable::Form(_) => {
            Unreadable::Broken
        }
    })?;
    json::object(&bytes).map_err(Unreadable::Json)
}

/// Parameters such as a charset mean nothing: JSON is UTF-8 (RFC 8259 §8.1, §11).
fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let is_json = values.next().is_some_and(|value| {
        let mut parts = value.as_bytes().split(|byte| *byte == b';');
        let media_type = parts.next().unwrap_or_default();
        media_type
            .trim_ascii()
            .eq_ignore_ascii_case(b"application/json")
    });
    is_json && values.next().is_none()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use axum::body::Body;

    use super::*;

    async fn read(types: &[&str], body: impl Into<Body>) -> Result<usize, Unreadable> {
        let mut request = Request::new(body.into());
        for value in types {
            request
                .headers_mut()
                .append(CONTENT_TYPE, value.parse().unwrap());
        }
        object(request).await.map(|members| members.len())
    }

    #[tokio::test]
    async fn only_json_is_read_whatever_its_charset() {
        for good in ["application/json", "Application/JSON ; charset=utf-8"] {
            assert_eq!(read(&[good], "{\"a\":1}").await, Ok(1));
        }
        let bad: [&[&str]; 5] = [
            &[],
            &["text/plain"],
            &["application/json-seq"],
            &["application/json, text/plain"],
            &["application/json", "application/json"],
        ];
        for types in bad {
            assert_eq!(read(types, "{}").await, Err(Unreadable::ContentType));
        }
    }

    #[tokio::test]
    async fn the_length_is_bounded() {
        let of = |length: usize| {
            let filler = " ".repeat(length - 2);
            format!("{{{filler}}}")
        };
        let json = ["application/json"];
        assert_eq!(read(&json, of(LONGEST_BODY)).await, Ok(0));
        assert_eq!(
            read(&json, of(LONGEST_BODY + 1)).await,
            Err(Unreadable::TooLong)
        );
        let empty = Unreadable::Json(JsonError::Empty);
        assert_eq!(read(&json, "").await, Err(empty));
    }
}
