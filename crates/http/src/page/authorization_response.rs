//! The answer of the authorization endpoint, on its way through the browser.

use axum::response::Response;
use http::StatusCode;
use symbolon_core::{
    authorize::{
        request::ProvenRedirect,
        response_mode::ResponseMode,
        signed_response::{PARAMETER, SignedResponse, TYPE},
    },
    client::Client,
};
use symbolon_web::guard::RequestId;

use super::{Policy, assets, chrome, render, view};
use crate::{answer, failure::Failure, provider::Provider};

/// Sends parameters to a proven redirect URI, in the mode that the client asked for: with `state` and
/// `iss`, or as one signed token.
///
/// # Errors
/// When the form of `form_post` does not render, or a key does not sign.
pub fn respond(
    provider: &Provider,
    request_id: &RequestId,
    client: &Client,
    redirect: &ProvenRedirect,
    parameters: &[(&'static str, &str)],
) -> Result<Response, Failure> {
    if redirect.mode().is_signed() {
        let token = sign(provider, client, redirect, parameters)?;
        return carry(
            provider,
            request_id,
            client,
            redirect,
            &[(PARAMETER, &token)],
        );
    }
    let parameters = redirect.answer(parameters, &provider.issuer);
    carry(provider, request_id, client, redirect, &parameters)
}

fn sign(
    provider: &Provider,
    client: &Client,
    redirect: &ProvenRedirect,
    parameters: &[(&'static str, &str)],
) -> Result<String, Failure> {
    let now = provider.now();
    let claims = SignedResponse::new(&provider.issuer, client, redirect, parameters, now);
    let algorithm = client.response_algorithm();
    provider.sign(algorithm, now, TYPE, &claims)
}

fn carry(
    provider: &Provider,
    request_id: &RequestId,
    client: &Client,
    redirect: &ProvenRedirect,
    parameters: &[(&str, &str)],
) -> Result<Response, Failure> {
    let uri = redirect.uri();
    match redirect.mode() {
        // A registered query is kept (RFC 6749 §3.1.2).
        ResponseMode::Query | ResponseMode::QueryJwt => {
            let separator = if uri.contains('?') { '&' } else { '?' };
            let query = encode(parameters);
            Ok(answer::see_other(&format!("{uri}{separator}{query}")))
        }
        ResponseMode::Fragment | ResponseMode::FragmentJwt => {
            let fragment = encode(parameters);
            Ok(answer::see_other(&format!("{uri}#{fragment}")))
        }
        ResponseMode::FormPost | ResponseMode::FormPostJwt => {
            let page = view::FormPost {
                chrome: chrome(provider, request_id),
                action: uri,
                fields: parameters,
                script: assets::url(assets::FORM_POST),
                client_name: &client.metadata.client_name,
            };
            let policy = Policy {
                leads_to: Some(uri),
                script: true,
                ..Policy::default()
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
