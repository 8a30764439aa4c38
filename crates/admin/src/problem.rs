//! What is wrong, for programs and for people.
#![doc(alias = "RFC 9457")]

use std::borrow::Cow;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use symbolon_core::{policy::api_scope::ApiScope, time::Lifetime};
use symbolon_storage::StorageError;
use symbolon_web::password_pool::PoolError;

/// What every `type` begins with.
const TYPE: &str = "urn:symbolon:problem:";

/// Why a request of the Management API is not served.
#[derive(Debug)]
pub struct Problem {
    kind: Kind,
    detail: Cow<'static, str>,
    errors: Vec<Fault>,
    /// `WWW-Authenticate` (RFC 6750 §3).
    challenge: Option<String>,
    /// `Retry-After`, in seconds.
    retry_after: Option<u32>,
}

/// One thing that is wrong with what was sent, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fault {
    /// The member of the body, as a JSON pointer (RFC 6901).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// The parameter of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// The header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<&'static str>,
    /// What is wrong with it, and what would be right.
    pub detail: String,
}

/// The body of an answer that is none (RFC 9457 §3).
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub(crate) struct ProblemDocument {
    /// What kind of problem it is: `urn:symbolon:problem:…`.
    #[serde(rename = "type")]
    kind: String,
    /// The kind, in words.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What is wrong in this case.
    detail: String,
    /// The places that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    errors: Vec<Fault>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:ident $slug:literal $title:literal;)*) => {
        /// The kinds of problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// The status of the answer.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The end of its `type`.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }

            const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

kinds! {
    /// The body.
    Body = UNPROCESSABLE_ENTITY "invalid-body" "The body is not what this operation takes";
    /// It exists already, or something else stands in the way.
    Conflict = CONFLICT "conflict" "What is there stands in the way";
    /// Ours.
    Failed = INTERNAL_SERVER_ERROR "failed" "The server failed";
    /// The roles do not allow it anywhere.
    Forbidden = FORBIDDEN "forbidden" "Your roles do not allow this";
    /// The sign-in is too long ago (RFC 9470).
    Freshness = UNAUTHORIZED "fresh-sign-in-needed" "Sign in again first";
    /// A header.
    Header = BAD_REQUEST "invalid-header" "A header is not what this operation takes";
    /// Nobody would be left.
    Lockout = CONFLICT "lockout" "Nobody would be left who can change the rules";
    /// `Content-Type`.
    MediaType = UNSUPPORTED_MEDIA_TYPE "media-type" "The body must be JSON";
    /// The method.
    Method = METHOD_NOT_ALLOWED "method-not-allowed" "There is no such method here";
    /// Unknown, or another's: nobody is told which (requirement A7.1).
    Missing = NOT_FOUND "not-found" "There is no such thing that you may use";
    /// Requirement A7.2.
    NotHeld = FORBIDDEN "not-held" "Nobody gives what he does not hold";
    /// `If-Match` is due.
    PreconditionRequired = PRECONDITION_REQUIRED "precondition-required" "Say which version you change";
    /// A parameter.
    Query = BAD_REQUEST "invalid-query" "The query is not what this operation takes";
    /// The token does not name the scope.
    Scope = FORBIDDEN "insufficient-scope" "The token does not name the scope";
    /// `If-Match` names another version.
    Stale = PRECONDITION_FAILED "stale" "Somebody else was faster";
    /// Too often; how long to wait is told.
    Throttled = TOO_MANY_REQUESTS "too-many-attempts" "Too many attempts";
    /// The body.
    TooLong = PAYLOAD_TOO_LARGE "too-long" "The body is too long";
    /// No token, or none that is good.
    Unauthenticated = UNAUTHORIZED "unauthenticated" "A live access token is needed";
    /// Ours, and passing.
    Unavailable = SERVICE_UNAVAILABLE "unavailable" "The server cannot answer at the moment";
}

impl Problem {
    /// A problem of this kind.
    pub(crate) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            challenge: None,
            retry_after: None,
        }
    }

    /// What is unknown, and what is another's.
    pub fn missing() -> Self {
        Self::new(
            Kind::Missing,
            "it does not exist, or your roles do not reach it",
        )
    }

    /// Something stands in the way.
    pub(crate) fn conflict(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Conflict, detail)
    }

    /// A member of the body is wrong.
    pub(crate) fn member(pointer: &str, detail: impl std::fmt::Display) -> Self {
        let detail = detail.to_string();
        let mut problem = Self::new(Kind::Body, format!("{pointer}: {detail}"));
        problem.errors.push(Fault {
            pointer: Some(pointer.to_owned()),
            parameter: None,
            header: None,
            detail,
        });
        problem
    }

    /// A parameter of the query is wrong.
    pub(crate) fn parameter(name: &str, detail: impl std::fmt::Display) -> Self {
        let detail = detail.to_string();
        let mut problem = Self::new(Kind::Query, format!("{name}: {detail}"));
        problem.errors.push(Fault {
            pointer: None,
            parameter: Some(name.to_owned()),
            header: None,
            detail,
        });
        problem
    }

    /// A header is wrong.
    pub(crate) fn header(kind: Kind, name: &'static str, detail: &'static str) -> Self {
        let mut problem = Self::new(kind, detail);
        problem.errors.push(Fault {
            pointer: None,
            parameter: None,
            header: Some(name),
            detail: detail.to_owned(),
        });
        problem
    }

    /// Nothing was presented: no error code (RFC 6750 §3.1).
    pub(crate) fn token_missing() -> Self {
        Self::new(
            Kind::Unauthenticated,
            "present an access token or a personal access token: Authorization: Bearer …",
        )
        .challenged("Bearer realm=\"management\"".to_owned())
    }

    /// What was presented is no live token.
    pub(crate) fn token_invalid(code: &str, detail: &'static str) -> Self {
        Self::new(Kind::Unauthenticated, detail)
            .challenged(format!("Bearer realm=\"management\", error=\"{code}\""))
    }

    /// The token does not name the scope (RFC 6750 §3.1).
    pub(crate) fn scope(needed: &ApiScope) -> Self {
        Self::new(
            Kind::Scope,
            format!("ask for a token with the scope {needed}"),
        )
        .challenged(format!(
            "Bearer realm=\"management\", error=\"insufficient_scope\", scope=\"{needed}\""
        ))
    }

    /// The sign-in is too long ago (RFC 9470 §3).
    pub(crate) fn stale_sign_in(max_age: u32) -> Self {
        Self::new(
            Kind::Freshness,
            format!("this takes a sign-in within {max_age} seconds (max_age={max_age})"),
        )
        .challenged(format!(
            "Bearer realm=\"management\", error=\"insufficient_user_authentication\", \
             max_age=\"{max_age}\""
        ))
    }

    /// Too often (RFC 9110 §10.2.3).
    pub(crate) fn throttled(wait: Lifetime) -> Self {
        let mut problem = Self::new(Kind::Throttled, format!("wait {wait}, then try again"));
        problem.retry_after = Some(wait.seconds());
        problem
    }

    /// After how many seconds to try again, if that is known.
    pub const fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }

    /// Which kind it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// What is wrong, in a sentence.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The single things that are wrong with what was sent.
    pub fn faults(&self) -> &[Fault] {
        &self.errors
    }

    fn challenged(mut self, challenge: String) -> Self {
        self.challenge = Some(challenge);
        self
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.kind.status();
        let document = ProblemDocument {
            kind: format!("{TYPE}{}", self.kind.slug()),
            title: self.kind.title(),
            status: status.as_u16(),
            detail: self.detail.into_owned(),
            errors: self.errors,
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let json = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, json);
        let no_store = HeaderValue::from_static("no-store");
        headers.insert(header::CACHE_CONTROL, no_store);
        if let Some(challenge) = self.challenge.and_then(|text| text.try_into().ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

/// The reason is in the log, under the request's id.
impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        tracing::error!(%error, "request failed");
        if error.is_unavailable() {
            Self::unavailable()
        } else {
            Self::failed()
        }
    }
}

impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        tracing::error!(%error, "request failed");
        Self::unavailable()
    }
}

impl Problem {
    /// Our fault, and trying again can help.
    pub(crate) fn unavailable() -> Self {
        Self::new(Kind::Unavailable, "try again in a few seconds")
    }

    /// Our fault.
    pub(crate) fn failed() -> Self {
        Self::new(
            Kind::Failed,
            "its operator finds the reason under the x-request-id of this answer",
        )
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_problem_is_a_document_of_rfc_9457() {
        let problem = Problem::member("/name", "a name has 1 to 200 characters");
        let response = problem.into_response();
        assert_eq!(response.status(), 422);
        assert_eq!(
            response.headers()["content-type"],
            "application/problem+json"
        );
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(
            std::str::from_utf8(&body).unwrap(),
            r#"{"type":"urn:symbolon:problem:invalid-body","title":"The body is not what this operation takes","status":422,"detail":"/name: a name has 1 to 200 characters","errors":[{"pointer":"/name","detail":"a name has 1 to 200 characters"}]}"#
        );
    }

    #[test]
    fn a_missing_scope_is_named_in_the_challenge() {
        let needed = ApiScope::parse("Symbolon.Admin.v1.Keys.Read").unwrap();
        let response = Problem::scope(&needed).into_response();
        assert_eq!(
            response.headers()["www-authenticate"],
            "Bearer realm=\"management\", error=\"insufficient_scope\", scope=\"Symbolon.Admin.v1.Keys.Read\""
        );
    }
}
