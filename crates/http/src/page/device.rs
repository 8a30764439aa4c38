//! The page on which a person types the code that a device shows.
//!
//! A link with the code in it only fills the field: the person has to look at their device, and to
//! decide on the next page, whatever link brought them here (RFC 8628 §3.3.1, §5.4; requirement
//! A6.8).

use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use axum::{
    Extension,
    extract::{Request, State},
    response::Response,
};
use http::{StatusCode, Uri};
use symbolon_core::{
    device::UserCode,
    time::{Lifetime, Timestamp},
};
use symbolon_web::{
    browser::BrowserSession,
    form,
    guard::{ClientAddress, RequestId},
};

use super::{Policy, Shared, Visit, chrome, consent, error, render, view};
use crate::{
    answer,
    device::{self, PAGE, Typist},
    endpoint::client_logo,
    failure::Failure,
    interaction,
    provider::Provider,
    source::Arrived,
};

const PURPOSE: &str = "device";

/// Shows the form.
pub async fn get(
    State(provider): Shared,
    Extension(request_id): Extension<RequestId>,
    cookie: tower_sessions::Session,
    uri: Uri,
) -> Response {
    let outcome = show(&provider, &request_id, cookie, &uri).await;
    outcome.unwrap_or_else(|failure| error::failure(&provider, &request_id, failure))
}

/// Takes the code.
pub async fn post(
    State(provider): Shared,
    Extension(request_id): Extension<RequestId>,
    cookie: tower_sessions::Session,
    request: Request,
) -> Response {
    let outcome = take(&provider, &request_id, cookie, request).await;
    outcome.unwrap_or_else(|failure| error::failure(&provider, &request_id, failure))
}

/// Asks whether the device may have what it asks for.
///
/// # Errors
/// When the page does not render.
pub fn confirm(
    visit: &Visit,
    device: &symbolon_core::device::DeviceAuthorization,
    account: &str,
    organization: &str,
    csrf: &str,
) -> Result<Response, Failure> {
    let provider = &*visit.provider;
    let metadata = &visit.open.asked.client.metadata;
    let scopes = consent::listed(&device.scope, |_| true);
    let other_account = visit.address("sign-in");
    let logo = client_logo::address(provider, &visit.open.asked.client);
    let page = view::DeviceConfirm {
        chrome: chrome(provider, &visit.request_id),
        client_name: &metadata.client_name,
        self_registered: visit.open.asked.client.origin.is_own_word(),
        client_uri: metadata.client_uri.as_deref(),
        logo_uri: logo.as_deref(),
        policy_uri: metadata.policy_uri.as_deref(),
        tos_uri: metadata.tos_uri.as_deref(),
        user_code: &device.user_code.to_string(),
        address: &device.address,
        age: &age(device.created_at, provider.now()),
        account,
        organization,
        scopes: &scopes,
        offline: device.scope.contains("offline_access"),
        action: &visit.address("consent"),
        csrf,
        other_account: &other_account,
    };
    render(StatusCode::OK, &page, Policy::default())
}

async fn show(
    provider: &Provider,
    request_id: &RequestId,
    cookie: tower_sessions::Session,
    uri: &Uri,
) -> Result<Response, Failure> {
    let parameters = match form::query(uri) {
        Ok(parameters) => parameters,
        Err(unreadable) => return Ok(error::unreadable(provider, request_id, unreadable)),
    };
    let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    browser.remember().await?;
    // A link that brings no code of ours brings nothing.
    let code = parameters.value("user_code").map(UserCode::parse);
    let code = code.and_then(Result::ok).map(|code| code.to_string());
    let page = view::DeviceCode {
        chrome: chrome(provider, request_id),
        action: &provider.path(PAGE),
        csrf: &browser.csrf(PURPOSE),
        brought: code.is_some(),
        user_code: code.as_deref().unwrap_or_default(),
        alert: None,
    };
    render(StatusCode::OK, &page, Policy::default())
}

async fn take(
    provider: &Arc<Provider>,
    request_id: &RequestId,
    cookie: tower_sessions::Session,
    request: Request,
) -> Result<Response, Failure> {
    let address = request
        .extensions()
        .get::<ClientAddress>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0);
    let answers = match form::body(request).await {
        Ok(answers) => answers,
        Err(unreadable) => return Ok(error::unreadable(provider, request_id, unreadable)),
    };
    let browser = BrowserSession::load(cookie, &*provider.entropy).await?;
    let csrf = answers.value("csrf").unwrap_or_default();
    if answers.repeated().is_some() || !browser.is_csrf(PURPOSE, csrf) {
        return Ok(error::forged(provider, request_id));
    }
    let typed = answers.value("user_code").unwrap_or_default();
    let again = |status, alert: &str| {
        let page = view::DeviceCode {
            chrome: chrome(provider, request_id),
            action: &provider.path(PAGE),
            csrf: &browser.csrf(PURPOSE),
            brought: false,
            user_code: typed.get(..64).unwrap_or(typed),
            alert: Some(alert),
        };
        render(status, &page, Policy::default())
    };
    let Ok(code) = UserCode::parse(typed) else {
        let alert = "That is no code of ours: it has eight letters, such as WDJB-MJHT. Look at your device again.";
        return again(StatusCode::BAD_REQUEST, alert);
    };
    let sessions = interaction::live_sessions(provider, &browser).await?;
    let typist = sessions
        .first()
        .map_or(Typist::Stranger(address), Typist::SignedIn);
    match device::find(provider, typist, &code).await? {
        Err(wait) => {
            tracing::warn!("too many wrong device codes");
            let alert = format!("Too many wrong codes. Wait {wait}, then try again.");
            let mut response = again(StatusCode::TOO_MANY_REQUESTS, &alert)?;
            answer::retry_after(&mut response, wait.seconds());
            Ok(response)
        }
        Ok(None) => {
            let alert = "No device waits with this code. Check it; if your device shows a new one, type that.";
            again(StatusCode::BAD_REQUEST, alert)
        }
        Ok(Some(found)) => match device::ask(provider, found.digest).await? {
            Some(asked) => {
                let arrived = Arrived::default();
                interaction::begin(provider, request_id, &browser, &asked, arrived).await
            }
            None => Ok(error::stale(provider, request_id)),
        },
    }
}

/// How long ago somebody asked, in words.
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let age = now.since(then);
    if age < Lifetime::from_minutes(1) {
        "less than a minute ago".to_owned()
    } else {
        let minutes = age.seconds() / 60;
        format!(
            "{minutes} minute{} ago",
            if minutes == 1 { "" } else { "s" }
        )
    }
}
