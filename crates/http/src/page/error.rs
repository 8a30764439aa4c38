//! Pages for when something is wrong: what happened, and what the person can do now.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use symbolon_web::{form::Unreadable, guard::RequestId};

use super::{Policy, chrome, render, view};
use crate::{answer, failure::Failure, provider::Provider};

/// What such a page says.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The status of the answer.
    pub status: StatusCode,
    /// What is wrong, in a few words.
    pub heading: &'a str,
    /// What happened, for a person.
    pub what_happened: &'a str,
    /// What the person can do now.
    pub what_to_do: &'a str,
    /// The OAuth error code, for the developer of the application.
    pub code: Option<&'a str>,
    /// What the developer has to change.
    pub description: Option<&'a str>,
}

/// Shows the page.
pub fn respond(provider: &Provider, request_id: &RequestId, message: &Message<'_>) -> Response {
    let page = view::Error {
        chrome: chrome(provider, request_id),
        heading: message.heading,
        what_happened: message.what_happened,
        what_to_do: message.what_to_do,
        code: message.code,
        description: message.description,
    };
    render(message.status, &page, Policy::default()).unwrap_or_else(|_| bare(message.status))
}

/// An authorization or sign-out request that cannot be answered anywhere else.
pub fn bad_request(provider: &Provider, request_id: &RequestId, description: &str) -> Response {
    bad_link(provider, request_id, StatusCode::BAD_REQUEST, description)
}

/// A request whose parameters cannot be read. Nothing can be believed of it, least of all a
/// redirect URI.
pub fn unreadable(provider: &Provider, request_id: &RequestId, unreadable: Unreadable) -> Response {
    let description = unreadable.wire().description;
    bad_link(provider, request_id, unreadable.status(), description)
}

fn bad_link(
    provider: &Provider,
    request_id: &RequestId,
    status: StatusCode,
    description: &str,
) -> Response {
    let message = Message {
        status,
        heading: "This link does not work",
        what_happened: "The application sent you here with a request that we cannot accept.",
        what_to_do: "Go back to the application and try again. If it happens again, tell the people who run it what stands below.",
        code: Some("invalid_request"),
        description: Some(description),
    };
    respond(provider, request_id, &message)
}

/// An interaction that has expired or was answered already.
pub fn stale(provider: &Provider, request_id: &RequestId) -> Response {
    let message = Message {
        status: StatusCode::BAD_REQUEST,
        heading: "This page is no longer good",
        what_happened: "It was answered already, or it was open for too long.",
        what_to_do: "Go back to the application you came from, and sign in from there.",
        code: None,
        description: None,
    };
    respond(provider, request_id, &message)
}

/// An interaction that belongs to another browser, or a browser without cookies.
pub fn no_cookie(provider: &Provider, request_id: &RequestId) -> Response {
    let message = Message {
        status: StatusCode::BAD_REQUEST,
        heading: "Your browser did not bring its cookie",
        what_happened: "This page belongs to a sign-in that was started in another browser, or your browser does not keep cookies.",
        what_to_do: "Allow cookies for this site, go back to the application you came from, and sign in from there.",
        code: None,
        description: None,
    };
    respond(provider, request_id, &message)
}

/// A form without the token that belongs to it.
pub fn forged(provider: &Provider, request_id: &RequestId) -> Response {
    let message = Message {
        status: StatusCode::FORBIDDEN,
        heading: "This form was not sent from our page",
        what_happened: "The form did not carry the mark that our page put into it. Nothing was done.",
        what_to_do: "Go back, reload the page, and send the form again.",
        code: None,
        description: None,
    };
    respond(provider, request_id, &message)
}

/// Our own failure.
pub fn failure(provider: &Provider, request_id: &RequestId, failure: Failure) -> Response {
    // Logs the reason and knows the status.
    let status = failure.into_response().status();
    let message = Message {
        status,
        heading: "Something went wrong on our side",
        what_happened: "We could not do what you asked for. Nothing was lost.",
        what_to_do: "Try again in a moment. If it happens again, tell your administrator the number at the bottom of this page.",
        code: None,
        description: None,
    };
    let mut response = respond(provider, request_id, &message);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, answer::RETRY_SOON);
    }
    response
}

/// When not even a page renders.
pub fn bare(status: StatusCode) -> Response {
    status.into_response()
}
