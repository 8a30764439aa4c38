//! Form bodies and query strings, bounded before they are read (requirement A3.6).

use std::time::Duration;

use axum::{body::Body, extract::Request};
use http::{
    StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use symbolon_core::{
    error::{ErrorCode, OAuthError},
    parameters::{FormError, Parameters},
};

/// The longest form body in bytes.
pub const LONGEST_BODY: usize = 64 * 1024;

/// The longest query string in bytes.
pub const LONGEST_QUERY: usize = 16 * 1024;

/// For how long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a request has no parameters to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// The body broke off.
    Broken,
    /// Not `application/x-www-form-urlencoded`.
    ContentType,
    /// Not decodable.
    Form(FormError),
    /// The body did not arrive in time.
    Late,
    /// More than [`LONGEST_BODY`] or [`LONGEST_QUERY`].
    TooLong,
}

impl Unreadable {
    /// The status of the answer.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Late => StatusCode::REQUEST_TIMEOUT,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Broken | Self::ContentType | Self::Form(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// What the client is told.
    pub fn wire(self) -> OAuthError {
        let description = match self {
            Self::Form(error) => return error.into(),
            Self::Broken => "the body ended before its Content-Length",
            Self::ContentType => "the body must be application/x-www-form-urlencoded",
            Self::Late => "the body did not arrive within 10 seconds",
            Self::TooLong => {
                "the parameters are longer than this server reads (64 KiB in a body, 16 KiB in a query)"
            }
        };
        OAuthError::new(ErrorCode::InvalidRequest, description)
    }
}

/// Reads the form in a body.
///
/// # Errors
/// [`Unreadable`].
pub async fn body(request: Request) -> Result<Parameters, Unreadable> {
    let (head, body) = request.into_parts();
    let mut content_types = head.headers.get_all(CONTENT_TYPE).iter();
    let is_form = content_types
        .next()
        .is_some_and(|value| is_form(value.as_bytes()))
        && content_types.next().is_none();
    let declared = head
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    if declared
        .and_then(|length| length.parse().ok())
        .is_some_and(|length: usize| length > LONGEST_BODY)
    {
        return Err(Unreadable::TooLong);
    }
    let bytes = bounded(body, LONGEST_BODY).await?;
    match is_form {
        true => Parameters::parse(&bytes).map_err(Unreadable::Form),
        // Nothing in the body is no parameters, whatever the header says.
        false if bytes.is_empty() => Ok(Parameters::default()),
        false => Err(Unreadable::ContentType),
    }
}

/// Reads the query of a URL.
///
/// # Errors
/// [`Unreadable`].
pub fn query(uri: &http::Uri) -> Result<Parameters, Unreadable> {
    let query = uri.query().unwrap_or_default();
    if query.len() > LONGEST_QUERY {
        return Err(Unreadable::TooLong);
    }
    Parameters::parse(query.as_bytes()).map_err(Unreadable::Form)
}

fn is_form(content_type: &[u8]) -> bool {
    let media_type = content_type
        .split(|byte| *byte == b';')
        .next()
        .unwrap_or_default();
    media_type
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
}

/// All bytes of a body, if it has at most so many.
pub(crate) async fn bounded(body: Body, longest: usize) -> Result<bytes::Bytes, Unreadable> {
    use http_body_util::{BodyExt, LengthLimitError, Limited};
    let collected = Limited::new(body, longest).collect();
    match tokio::time::timeout(BODY_TIMEOUT, collected).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unreadable::TooLong),
        Ok(Err(_)) => Err(Unreadable::Broken),
        Err(_) => Err(Unreadable::Late),
    }
}
