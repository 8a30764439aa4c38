//! What a person is asked when a device waits (RFC 8628 §3.3).

use super::{
    prompt::Prompt,
    request::{AuthorizationRequest, ProvenRedirect},
    response_mode::ResponseMode,
    response_type::ResponseType,
};
use crate::{
    claims::ClaimsRequest, device::DeviceAuthorization, entropy::Entropy, pkce::Challenge,
};

/// The request that a person decides on when a device waits. It is always asked about, whoever the
/// client is and whatever was allowed before: the device may be somebody else's (RFC 8628 §5.4).
/// Its answer goes to `page`, which is ours, and no code comes of it.
pub fn ask_about(
    device: &DeviceAuthorization,
    page: &str,
    entropy: &dyn Entropy,
) -> AuthorizationRequest {
    AuthorizationRequest {
        client: device.client.clone(),
        response_type: ResponseType::Code,
        redirect: ProvenRedirect {
            uri: page.to_owned(),
            mode: ResponseMode::Query,
            state: None,
        },
        scope: device.scope.clone(),
        targets: device.targets.clone(),
        nonce: None,
        prompt: Prompt {
            consent: true,
            ..Prompt::default()
        },
        max_age: None,
        login_hint: None,
        id_token_hint: None,
        ui_locales: None,
        acr_values: None,
        claims: ClaimsRequest::default(),
        challenge: Some(Challenge::unanswerable(entropy)),
        key: None,
        longest_code: None,
    }
}
