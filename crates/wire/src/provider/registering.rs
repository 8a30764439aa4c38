//! Clients that come by themselves.

use std::{collections::BTreeMap, fs};

use serde_json::Value;
use symbolon_core::{
    client::GrantType, json, registration::policy::RegistrationPolicy, scope::Scope,
    settings::RegistrationSettings,
};
use symbolon_jose::VerifyingKeys;

use super::{WireError, lifetime};
use crate::config::Config;

/// What they may be, and how many.
pub(super) fn settings(config: &Config) -> Result<RegistrationSettings, WireError> {
    let set = &config.registering;
    let scope = Scope::parse(&set.scopes.join(" "))
        .map_err(|error| WireError::setting("clients.registration_scopes", error))?;
    let usual = RegistrationPolicy::default();
    let more = [
        (set.device, GrantType::DeviceCode),
        (set.implicit, GrantType::Implicit),
    ];
    let more = more.into_iter().filter(|(on, _)| *on);
    let policy = RegistrationPolicy {
        grant_types: usual
            .grant_types
            .into_iter()
            .chain(more.map(|(_, grant)| grant))
            .collect(),
        scope,
        audience: set.audiences.clone(),
        organization: None,
        require_pkce: set.require_pkce,
    };
    policy
        .check()
        .map_err(|error| WireError::setting("clients.registration_audiences", error))?;
    Ok(RegistrationSettings {
        mode: set.mode,
        documents: set.documents,
        policy,
        most: set.limit,
        unused_lifetime: lifetime(set.unused_lifetime),
        per_hour: set.per_hour,
    })
}

/// Whose software statements count.
pub(super) fn statement_issuers(
    config: &Config,
) -> Result<BTreeMap<String, VerifyingKeys>, WireError> {
    let Some(file) = &config.registering.statement_issuers else {
        return Ok(BTreeMap::new());
    };
    let failed = |why: String| WireError::setting("clients.software_statement_issuers", why);
    let text = fs::read(file).map_err(|error| failed(error.to_string()))?;
    let issuers = json::object(&text).map_err(|error| failed(error.to_string()))?;
    let keys = |(issuer, jwks): (String, Value)| {
        VerifyingKeys::check_registered(&jwks)
            .and_then(|()| VerifyingKeys::from_jwks(&jwks))
            .map(|keys| (issuer.clone(), keys))
            .map_err(|error| failed(format!("the keys of {issuer}: {error}")))
    };
    issuers.into_iter().map(keys).collect()
}
