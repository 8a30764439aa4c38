//! Proof Key for Code Exchange.

use super::Refusal;
use crate::{
    authorize::response_type::ResponseType,
    client::Client,
    parameters::Parameters,
    pkce::{Challenge, PkceError},
};

/// PKCE for every client that gets a code (RFC 9700 §2.1.1; requirement A2.4), but for confidential
/// ones that are exempt by name. Who sends a challenge is held to it in any case.
pub(super) fn read(
    client: &Client,
    response_type: ResponseType,
    parameters: &Parameters,
) -> Result<Option<Challenge>, Refusal> {
    let required = response_type.has_code() && client.uses_pkce();
    let method = parameters.value("code_challenge_method");
    match parameters.value("code_challenge") {
        None if required => Err(Refusal::ChallengeMissing),
        None => Ok(None),
        Some(challenge) => match Challenge::parse(challenge, method) {
            Ok(challenge) => Ok(Some(challenge)),
            Err(PkceError::Method) => Err(Refusal::ChallengeMethod),
            Err(PkceError::ChallengeFormat | PkceError::VerifierFormat) => {
                Err(Refusal::ChallengeMalformed)
            }
        },
    }
}
