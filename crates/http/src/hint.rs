//! Whom a client means when it says so: by an ID token of ours, or by the claim `sub` that it asks for.
#![doc(alias = "id_token_hint")]

use symbolon_core::{
    algorithm::Algorithm,
    authorize::request::{AuthorizationRequest, Refusal},
    client::Client,
    end_session::HintClaims,
    id::Id,
    pairwise::Sub,
    token::id::TYPE,
};
use symbolon_jose as jose;

use crate::provider::Provider;

/// The claims of an ID token of ours that comes back as a hint. It may have expired, and its key may
/// be retired.
pub fn hint(provider: &Provider, token: &str) -> Option<HintClaims> {
    let expected = jose::Expected {
        typ: &[TYPE],
        typ_may_be_absent: false,
        algorithms: &Algorithm::ALL,
    };
    let verified = provider
        .keyring
        .load()
        .verifying()
        .verify(token, expected)
        .ok()?;
    let claims: HintClaims = verified.claims().ok()?;
    (claims.iss == *provider.issuer).then_some(claims)
}

/// Whom the client means, as it calls them.
///
/// # Errors
/// [`Refusal`] says what is wrong with the hint, or that it means two people.
pub fn expected_subject(
    provider: &Provider,
    client: &Client,
    request: &AuthorizationRequest,
) -> Result<Option<Id<Sub>>, Refusal> {
    let hinted = match &request.id_token_hint {
        None => None,
        Some(text) => {
            let claims = hint(provider, text).filter(|claims| claims.aud == client.id);
            Some(claims.ok_or(Refusal::HintInvalid)?.sub)
        }
    };
    // A subject that cannot be one of ours is nobody who is signed in.
    let wanted = request.claims.wanted_subject().map(Id::parse).transpose();
    let wanted = wanted.map_err(|_| Refusal::LoginRequired)?;
    match (hinted, wanted) {
        (Some(hinted), Some(wanted)) if hinted != wanted => Err(Refusal::LoginRequired),
        (hinted, wanted) => Ok(hinted.or(wanted)),
    }
}
