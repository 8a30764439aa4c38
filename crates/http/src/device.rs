//! From a code that a person types to a device that gets its tokens: what endpoint and pages share.
//!
//! The person signs in and decides in an interaction like any other; it is about a device instead
//! of an authorization request, and its end is told here and not at a redirect URI.
#![doc(alias = "RFC 8628 §3.3")]

use std::{net::IpAddr, time::Duration};

use axum::response::Response;
use http::StatusCode;
use sha2::{Digest as _, Sha256};
use symbolon_core::{
    authorize::{code, waiting::ask_about},
    device::{DeviceAuthorization, UserCode},
    secret::{DeviceCode, Digest},
    session::Session,
    time::Lifetime,
};
use symbolon_storage::Applied;
use symbolon_web::guard::RequestId;

use crate::{
    failure::Failure,
    interaction::Asked,
    page::{Policy, chrome, error, render, view},
    provider::Provider,
    throttle::Throttle,
};

/// The path of the page on which codes are typed: short, since it is typed too.
pub const PAGE: &str = "/device";

/// For how long wrong codes are remembered, in seconds.
const WINDOW_SECONDS: u32 = 600;

/// Wrong codes of people who are not signed in, within the window and by one instance, after which
/// it looks at none of theirs. At a thousand in ten minutes, one of a hundred codes that are out is
/// hit once in half a year.
const MOST_OF_STRANGERS: u32 = 1_000;

/// Who types a code.
#[derive(Clone, Copy, Debug)]
pub enum Typist<'a> {
    /// Somebody who is signed in.
    SignedIn(&'a Session),
    /// Somebody at this address.
    Stranger(IpAddr),
}

/// The URL of the page.
pub fn page(provider: &Provider) -> String {
    format!("{}{PAGE}", provider.issuer)
}

/// The device of a code that was typed, if one waits; the inner error says how long the typist has
/// to wait. Wrong codes count, on all instances together, before the code is looked at (requirements
/// A5.3, A6.8); who is signed in has a count of their own, so that strangers cannot keep them out.
///
/// # Errors
/// When storage fails.
pub async fn find(
    provider: &Provider,
    typist: Typist<'_>,
    code: &UserCode,
) -> Result<Result<Option<DeviceAuthorization>, Lifetime>, Failure> {
    let now = provider.now();
    if matches!(typist, Typist::Stranger(_)) && provider.strangers.is_exhausted(String::new) {
        return Ok(Err(Lifetime::from_seconds(WINDOW_SECONDS)));
    }
    // A window of its own every ten minutes: an address that many people share is never shut out
    // for long.
    let window = now.seconds().div_euclid(i64::from(WINDOW_SECONDS));
    let mut account = Sha256::new();
    account.update(b"device code\0");
    account.update(window.to_be_bytes());
    match typist {
        Typist::SignedIn(session) => account.update(session.subject.as_str()),
        Typist::Stranger(address) => account.update(address.to_string()),
    }
    let account = account.finalize();
    // A right code counts until it has proven right: see `gate`.
    let _turn = provider.gate.pass(&account).await;
    if let Err(wait) = provider.storage.begin_attempt(&account, now).await? {
        return Ok(Err(wait));
    }
    let found = provider.storage.device_of_user_code(code).await?;
    let found = found.filter(|device| device.is_open(now));
    match (&found, typist) {
        (Some(_), _) => provider.storage.take_back_attempt(&account).await?,
        (None, Typist::Stranger(_)) => provider.strangers.failed(""),
        (None, Typist::SignedIn(_)) => {}
    }
    Ok(Ok(found))
}

/// What a person is asked about a device; `None` when it does not wait, or its client may not any
/// more.
///
/// # Errors
/// When storage fails.
pub async fn ask(provider: &Provider, code: Digest<DeviceCode>) -> Result<Option<Asked>, Failure> {
    let device = provider.storage.device(code).await?;
    let Some(device) = device.filter(|device| device.is_open(provider.now())) else {
        return Ok(None);
    };
    let client = provider.cache.client(&device.client).await?;
    let Some(client) = client.filter(|client| client.disabled_at.is_none()) else {
        return Ok(None);
    };
    let (scope, targets) = (&device.scope, &device.targets);
    let page = page(provider);
    Ok(Some(Asked {
        request: ask_about(&device.client, scope, targets, &page, &*provider.entropy),
        client,
        expected: None,
        own_page: false,
        device: Some(Box::new(device)),
    }))
}

/// The person said yes: what they allowed is recorded, under a code that nobody has.
///
/// # Errors
/// When storage fails.
pub async fn approve(
    provider: &Provider,
    request_id: &RequestId,
    asked: &Asked,
    device: &DeviceAuthorization,
    session: &Session,
) -> Result<Response, Failure> {
    let settings = &provider.settings;
    let (mut approval, code) = code::approve(
        &asked.request,
        session,
        &settings.token,
        &settings.session,
        provider.now(),
        &*provider.entropy,
    );
    approval.code_expires_at = device.expires_at;
    let approved = provider
        .storage
        .approve_device(device.digest, &approval, code.digest())
        .await?;
    if approved == Applied::Conflict {
        return Ok(error::stale(provider, request_id));
    }
    tracing::info!(client = %approval.client, subject = %approval.subject, "device approved");
    done(provider, request_id, asked, true)
}

/// The person said no.
///
/// # Errors
/// When storage fails.
pub async fn deny(
    provider: &Provider,
    request_id: &RequestId,
    asked: &Asked,
    device: &DeviceAuthorization,
) -> Result<Response, Failure> {
    let denied = provider
        .storage
        .deny_device(device.digest, provider.now())
        .await?;
    if denied == Applied::Conflict {
        return Ok(error::stale(provider, request_id));
    }
    tracing::info!(client = %device.client, "device denied");
    done(provider, request_id, asked, false)
}

fn done(
    provider: &Provider,
    request_id: &RequestId,
    asked: &Asked,
    allowed: bool,
) -> Result<Response, Failure> {
    let page = view::DeviceDone {
        chrome: chrome(provider, request_id),
        client_name: &asked.client.metadata.client_name,
        allowed,
    };
    render(StatusCode::OK, &page, Policy::default())
}

/// Wrong codes of strangers, from whichever address.
pub fn strangers() -> Throttle {
    let window = Duration::from_secs(u64::from(WINDOW_SECONDS));
    Throttle::new(MOST_OF_STRANGERS, window, 1)
}
