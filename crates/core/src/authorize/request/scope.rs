//! What is asked for, and at which resources.

use super::{Offer, Refusal};
use crate::{
    authorization_details::AuthorizationDetails,
    authorize::response_type::ResponseType,
    client::{Client, GrantType},
    parameters::Parameters,
    restriction::Restriction,
    scope::{Scope, ScopeError},
    token::target::Targets,
};

pub(super) fn read(
    client: &Client,
    response_type: ResponseType,
    parameters: &Parameters,
) -> Result<Scope, Refusal> {
    let requested = Scope::parse(parameters.value("scope").ok_or(Refusal::ScopeMissing)?);
    let requested =
        requested.map_err(|(ScopeError::Word | ScopeError::TooMany)| Refusal::ScopeMalformed)?;
    let mut scope = client.grantable(&requested);
    if !client.allows(GrantType::RefreshToken) || !response_type.has_code() {
        // OIDC Core §11: offline access is refresh tokens; who gets none is not asked for it.
        scope = scope.filtered(|word| word != "offline_access");
    }
    if scope.is_empty() {
        return Err(Refusal::ScopeMissing);
    }
    if Restriction::of(&scope).contradictory {
        return Err(Refusal::ScopeContradictory);
    }
    if response_type.has_id_token() && !scope.contains("openid") {
        return Err(Refusal::OpenidMissing);
    }
    Ok(scope)
}

/// RFC 8707 §2.1.
pub(super) fn read_targets(
    client: &Client,
    parameters: &Parameters,
    offer: Offer<'_>,
) -> Result<Targets, Refusal> {
    let targets = Targets::parse(parameters)?;
    targets.check(client, offer.policy)?;
    Ok(targets)
}

/// RFC 9396 §2, §5.
pub(super) fn read_details(
    client: &Client,
    parameters: &Parameters,
    offer: Offer<'_>,
) -> Result<AuthorizationDetails, Refusal> {
    let details = AuthorizationDetails::parse(parameters)?.unwrap_or_default();
    details.check(client, offer.policy)?;
    Ok(details)
}
