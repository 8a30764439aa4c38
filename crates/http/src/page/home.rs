//! The root of the server: what this is; for somebody who is signed in, their applications; in a demo,
//! who can sign in.

use axum::{Extension, extract::State, response::Response};
use http::StatusCode;
use symbolon_core::{authorize::initiation::initiation, client::Client};
use symbolon_web::{browser::BrowserSession, guard::RequestId};

use super::{Policy, Shared, chrome, error, render, view};
use crate::{failure::Failure, interaction, provider::Provider};

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

/// How many applications are listed at the most.
const MOST_APPLICATIONS: u32 = 100;

/// Shows it.
pub async fn get(
    State(provider): Shared,
    Extension(request_id): Extension<RequestId>,
    cookie: tower_sessions::Session,
) -> Response {
    let clients = match applications(&provider, cookie).await {
        Ok(clients) => clients,
        Err(failure) => return error::failure(&provider, &request_id, failure),
    };
    let applications: Vec<_> = clients
        .iter()
        .filter_map(|client| {
            Some(view::Application {
                client_id: client.id.as_str(),
                name: &client.metadata.client_name,
                uri: initiation(client, &provider.issuer)?,
            })
        })
        .collect();
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
        applications: &applications,
        people: &people,
        clients: &clients,
        sign_in_example: guide.sign_in_example.as_deref(),
    };
    render(StatusCode::OK, &page, Policy::default())
        .unwrap_or_else(|_| error::bare(StatusCode::INTERNAL_SERVER_ERROR))
}

/// The applications of whoever is signed in. Only those that the operator vouches for or that the
/// person knows: whoever registers a client must not get a link onto everybody's page.
async fn applications(
    provider: &Provider,
    cookie: tower_sessions::Session,
) -> Result<Vec<Client>, Failure> {
    let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    match interaction::live_sessions(provider, &browser)
        .await?
        .first()
    {
        Some(session) => {
            let applications = provider
                .storage
                .applications_of(&session.subject, MOST_APPLICATIONS);
            Ok(applications.await?)
        }
        None => Ok(Vec::new()),
    }
}
