//! What is answered, and how.

use super::{LONGEST_STATE, Offer, ProvenRedirect, Refusal};
use crate::{
    authorize::{
        response_mode::{ResponseMode, ResponseModeError},
        response_type::ResponseType,
    },
    client::Client,
    parameters::Parameters,
};

/// The type that the client asks for: one that is offered, that it is registered for, and whose
/// grants it may use (requirement A1.12).
pub(super) fn read_type(
    client: &Client,
    parameters: &Parameters,
    offer: Offer<'_>,
) -> Result<ResponseType, Refusal> {
    let text = parameters
        .value("response_type")
        .ok_or(Refusal::ResponseTypeMissing)?;
    let response_type = ResponseType::from_wire(text)
        .filter(|kind| offer.front_channel_tokens || !kind.is_front_channel())
        .filter(|kind| client.metadata.response_types.contains(kind))
        .filter(|kind| !client.demands().code_alone || !kind.is_front_channel())
        .ok_or(Refusal::ResponseTypeUnsupported)?;
    if response_type.fits(&client.metadata.grant_types) {
        Ok(response_type)
    } else {
        Err(Refusal::ClientNotPermitted)
    }
}

pub(super) fn check_state(redirect: &ProvenRedirect) -> Result<(), Refusal> {
    match redirect.state() {
        Some(state) if state.len() > LONGEST_STATE => Err(Refusal::StateTooLong),
        _ => Ok(()),
    }
}

/// The mode, as far as the client may use it (requirement A1.12).
pub(super) fn check_mode(client: &Client, parameters: &Parameters) -> Result<(), Refusal> {
    let permitted = &client.metadata.response_modes;
    match ResponseMode::requested(parameters) {
        Ok(mode) if permitted.is_empty() || permitted.contains(&mode) => Ok(()),
        Ok(_) => Err(Refusal::ResponseModeNotPermitted),
        Err(ResponseModeError::Exposed) => Err(Refusal::ResponseModeExposed),
        Err(ResponseModeError::Unknown) => Err(Refusal::ResponseModeUnknown),
    }
}

/// `nonce`: required where an ID token travels through the browser, since nothing else ties it to
/// the request there (OIDC Core §3.2.2.1, §3.3.2.11).
pub(super) fn read_nonce(
    response_type: ResponseType,
    parameters: &Parameters,
) -> Result<Option<String>, Refusal> {
    match parameters.value("nonce") {
        Some(nonce) if nonce.len() > LONGEST_STATE => Err(Refusal::NonceTooLong),
        None if response_type.has_id_token() => Err(Refusal::NonceMissing),
        nonce => Ok(nonce.map(str::to_owned)),
    }
}
