//! What the person is to see, and to prove.

use super::{Offer, Refusal};
use crate::{
    authorize::prompt::{Prompt, PromptError},
    claims::ClaimsRequest,
    client::Client,
    parameters::Parameters,
};

/// OIDC Core §3.1.2.1. The pages look the same in each of them.
pub(super) fn check_display(parameters: &Parameters) -> Result<(), Refusal> {
    match parameters.value("display") {
        None | Some("page" | "popup" | "touch" | "wap") => Ok(()),
        Some(_) => Err(Refusal::DisplayUnknown),
    }
}

pub(super) fn read_prompt(parameters: &Parameters, offer: Offer<'_>) -> Result<Prompt, Refusal> {
    let prompt = Prompt::parse(parameters.value("prompt").unwrap_or_default());
    match prompt {
        Ok(prompt) if prompt.create && !offer.sign_up => Err(Refusal::PromptCreate),
        Ok(prompt) => Ok(prompt),
        Err(PromptError::NoneWithOthers) => Err(Refusal::PromptContradictory),
        Err(PromptError::Unknown) => Err(Refusal::PromptUnknown),
    }
}

/// `max_age`, else what the client registered for all of its requests (OIDC Registration §2).
pub(super) fn read_max_age(
    client: &Client,
    parameters: &Parameters,
) -> Result<Option<u32>, Refusal> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match parameters.value("max_age") {
        None => Ok(client.metadata.default_max_age),
        Some(text) if digits(text) => Ok(Some(text.parse().unwrap_or(u32::MAX))),
        Some(_) => Err(Refusal::MaxAgeMalformed),
    }
}

pub(super) fn read_claims(
    parameters: &Parameters,
    offer: Offer<'_>,
) -> Result<ClaimsRequest, Refusal> {
    let Some(text) = parameters.value("claims") else {
        return Ok(ClaimsRequest::default());
    };
    let claims = ClaimsRequest::parse(text).ok_or(Refusal::ClaimsMalformed)?;
    // OIDC Core §5.5.1.1: an essential context that cannot be had is a failed authentication.
    match claims.essential_contexts() {
        Some(wanted)
            if !wanted
                .iter()
                .any(|context| offer.acr_values.contains(context)) =>
        {
            Err(Refusal::AcrUnsatisfiable)
        }
        _ => Ok(claims),
    }
}
