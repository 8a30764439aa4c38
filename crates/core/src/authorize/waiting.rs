//! What a person is asked about what waits: a device (RFC 8628 §3.3), or a request in the back
//! channel (CIBA §8).

use super::{
    prompt::Prompt,
    request::{AuthorizationRequest, ProvenRedirect},
    response_mode::ResponseMode,
    response_type::ResponseType,
};
use crate::{
    authorization_details::AuthorizationDetails, claims::ClaimsRequest, client::Client,
    entropy::Entropy, id::Id, pkce::Challenge, scope::Scope, token::target::Targets,
};

/// The request that a person decides on. It is always asked about, whoever the client is and
/// whatever was allowed before: what waits may be somebody else's (RFC 8628 §5.4). Its answer goes to
/// `page`, which is ours, and no code comes of it.
pub fn ask_about(
    client: &Id<Client>,
    scope: &Scope,
    targets: &Targets,
    page: &str,
    entropy: &dyn Entropy,
) -> AuthorizationRequest {
    AuthorizationRequest {
        client: client.clone(),
        response_type: ResponseType::Code,
        redirect: ProvenRedirect {
            uri: page.to_owned(),
            mode: ResponseMode::Query,
            state: None,
        },
        scope: scope.clone(),
        targets: targets.clone(),
        details: AuthorizationDetails::default(),
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
