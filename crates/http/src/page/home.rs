//! The root of the server: what this is; in a demo, who can sign in.

use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use symbolon_web::guard::RequestId;

use super::{Policy, Shared, chrome, error, render, view};

/// What the home page shows of a demo.
#[derive(Clone, Debug, Default)]
pub struct DemoGuide {
    /// Who can sign in.
    pub people: Vec<DemoPerson>,
    /// Which clients there are.
    pub clients: Vec<DemoClient>,
    /// An authorization request that works as it is.
    pub sign_in_example: Option<String>,
}

/// A person of the demo; the password is no secret.
#[derive(Clone, Debug)]
pub struct DemoPerson {
    /// The username.
    pub username: String,
    /// The password.
    pub password: String,
    /// Who this is.
    pub note: String,
}

/// A client of the demo; the secret is none.
#[derive(Clone, Debug)]
pub struct DemoClient {
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub secret: Option<String>,
    /// What it is good for.
    pub note: String,
}

/// Shows it.
pub async fn get(State(provider): Shared, Extension(request_id): Extension<RequestId>) -> Response {
    let guide = provider.settings.demo.clone().unwrap_or_default();
    let people: Vec<_> = guide
        .people
        .iter()
        .map(|person| view::DemoPerson {
            username: &person.username,
            password: &person.password,
            note: &person.note,
        })
        .collect();
    let clients: Vec<_> = guide
        .clients
        .iter()
        .map(|client| view::DemoClient {
            client_id: &client.client_id,
            secret: client.secret.as_deref(),
            note: &client.note,
        })
        .collect();
    let page = view::Home {
        chrome: chrome(&provider, &request_id),
        issuer: &provider.issuer,
        discovery: &format!("{}/.well-known/openid-configuration", provider.issuer),
        people: &people,
        clients: &clients,
        sign_in_example: guide.sign_in_example.as_deref(),
    };
    render(StatusCode::OK, &page, Policy::default())
        .unwrap_or_else(|_| error::bare(StatusCode::INTERNAL_SERVER_ERROR))
}
