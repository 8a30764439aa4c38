//! The answer of the authorization endpoint, on its way through the browser.

use axum::response::Response;
use http::StatusCode;
use symbolon_core::{
    authorize::{request::ProvenRedirect, response_mode::ResponseMode},
    client::Client,
};
use symbolon_web::guard::RequestId;

use super::{Policy, assets, chrome, render, view};
use crate::{answer, failure::Failure, provider::Provider};

/// Sends parameters to a proven redirect URI, in the mode that the client asked for.
///
/// # Errors
/// When the form of `form_post` does not render.
pub fn respond(
    provider: &Provider,
    request_id: &RequestId,
    client: &Client,
    redirect: &ProvenRedirect,
    parameters: &[(&str, &str)],
) -> Result<Response, Failure> {
    match redirect.mode() {
        // A registered query is kept (RFC 6749 §3.1.2).
        ResponseMode::Query if redirect.uri().contains('?') => Ok(answer::see_other(&format!(
            "{}&{}",
            redirect.uri(),
            encode(parameters)
        ))),
        ResponseMode::Query => Ok(answer::see_other(&format!(
            "{}?{}",
            redirect.uri(),
            encode(parameters)
        ))),
        ResponseMode::Fragment => Ok(answer::see_other(&format!(
            "{}#{}",
            redirect.uri(),
            encode(parameters)
        ))),
        ResponseMode::FormPost => {
            let page = view::FormPost {
                chrome: chrome(provider, request_id),
                action: redirect.uri(),
                fields: parameters,
                script: assets::url(assets::FORM_POST),
                client_name: &client.metadata.client_name,
            };
            let policy = Policy {
                leads_to: Some(redirect.uri()),
                script: true,
            };
            render(StatusCode::OK, &page, policy)
        }
    }
}

fn encode(parameters: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}
