//! The device authorization endpoint.
#![doc(alias = "RFC 8628 §3.1")]

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::Serialize;
use symbolon_core::device::{self, DeviceAuthorization};
use symbolon_storage::Applied;

use crate::{
    answer,
    exchange::{Call, TRIES, authenticate},
    failure::Failure,
    provider::Provider,
};

/// The answer (RFC 8628 §3.2).
#[derive(Serialize)]
struct Answer<'a> {
    device_code: &'a str,
    user_code: &'a str,
    verification_uri: &'a str,
    verification_uri_complete: &'a str,
    expires_in: u32,
    interval: u32,
}

/// POST, the only method.
pub async fn post(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    match Call::read(request).await {
        Ok(call) => respond(&provider, &call)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(response) => response,
    }
}

async fn respond(provider: &Provider, call: &Call) -> Result<Response, Failure> {
    let client = match authenticate(provider, call).await? {
        Ok(client) => client,
        Err(response) => return Ok(response),
    };
    let policy = provider.policy().await?;
    let asked = match device::check(&client, &call.parameters, &policy) {
        Ok(asked) => asked,
        Err(refusal) => {
            tracing::info!(client = %client.id, ?refusal, "device authorization refused");
            let error = refusal.wire();
            provider.metrics.refused(error.code.as_str());
            return Ok(answer::oauth_error(error, false));
        }
    };
    provider.keep(&client).await?;
    // Another device may have the same user code: then a new one is drawn.
    for _ in 0..TRIES {
        let (device, code) = DeviceAuthorization::begin(
            &client,
            asked.clone(),
            call.address.to_string(),
            &provider.settings.device,
            provider.now(),
            &*provider.entropy,
        );
        if provider.storage.create_device(&device).await? == Applied::Conflict {
            continue;
        }
        let page = crate::device::page(provider);
        let user_code = device.user_code.to_string();
        let answer = Answer {
            device_code: code.expose(),
            user_code: &user_code,
            verification_uri: &page,
            verification_uri_complete: &format!("{page}?user_code={user_code}"),
            expires_in: provider.settings.device.code_lifetime.seconds(),
            interval: device.interval.seconds(),
        };
        return Ok(answer::json(StatusCode::OK, &answer));
    }
    Err(Failure::Contended)
}
