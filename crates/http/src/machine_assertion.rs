//! Assertions of machine users: whose signature is it? What they have to say is a matter of
//! `core::grant::jwt_bearer`.
#![doc(alias = "RFC 7523 §2.1")]

use std::sync::Arc;

use http::{HeaderMap, header};
use symbolon_core::{
    algorithm::Algorithm,
    client::{Client, GrantType},
    client_auth::assertion::{Claims, Rules},
    discovery::Endpoints,
    grant::jwt_bearer::{HEADER_TYPES, LONGEST_LIFETIME, Refusal, Request},
    machine_key::MachineKey,
    parameters::Parameters,
};
use symbolon_jose::{Expected, VerifyingKeys};
use symbolon_storage::Applied;

use crate::{failure::Failure, provider::Provider};

/// What is asked of them: the issuer or the token endpoint as their audience (RFC 7523 §3, 3).
pub(crate) fn rules(issuer: &str, endpoints: &Endpoints) -> Rules {
    Rules {
        issuer: issuer.to_owned(),
        audiences: vec![issuer.to_owned(), endpoints.token.clone()],
        longest_lifetime: LONGEST_LIFETIME,
    }
}

/// The client of a request that names none: the one that the operator chose for machine users that
/// have nothing but a key file. `None`: the request is not of this kind, or nothing was chosen.
///
/// # Errors
/// When storage fails.
pub(crate) async fn client(
    provider: &Provider,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Option<Arc<Client>>, Failure> {
    let says_who = headers.contains_key(header::AUTHORIZATION)
        || ["client_id", "client_secret", "client_assertion"]
            .iter()
            .any(|name| parameters.value(name).is_some());
    let grant_type = parameters
        .value("grant_type")
        .and_then(GrantType::from_wire);
    if says_who || grant_type != Some(GrantType::JwtBearer) {
        return Ok(None);
    }
    let Some(id) = &provider.settings.machine_client else {
        return Ok(None);
    };
    let client = provider.cache.client(id).await?;
    let client = client.filter(|client| client.disabled_at.is_none());
    if client.is_none() {
        tracing::warn!(client = %id, "the setting clients.machine_client names no active client");
    }
    Ok(client)
}

/// Whether the assertion is of the machine user that it names; it is used up by that.
///
/// # Errors
/// When storage fails.
pub(crate) async fn verify(
    provider: &Provider,
    request: &Request,
) -> Result<Result<(), Refusal>, Failure> {
    let (storage, now) = (&provider.storage, provider.now());
    let keys = storage.machine_keys(&request.signer).await?;
    let Some(claims) = claims(&MachineKey::set(&keys, now), request) else {
        return Ok(Err(Refusal::Signature));
    };
    let used_up = match request.check(&claims, &provider.machine_rules, now) {
        Ok(Some(used_up)) => used_up,
        Ok(None) => return Ok(Ok(())),
        Err(refusal) => return Ok(Err(refusal)),
    };
    Ok(
        match storage.use_once(&used_up.digest, used_up.until).await? {
            Applied::Done => Ok(()),
            Applied::Conflict => Err(Refusal::AssertionReplayed),
        },
    )
}

fn claims(keys: &serde_json::Value, request: &Request) -> Option<Claims> {
    let expected = Expected {
        typ: &HEADER_TYPES,
        typ_may_be_absent: true,
        algorithms: &Algorithm::ALL,
    };
    let keys = VerifyingKeys::from_jwks(keys);
    let keys = keys.inspect_err(|error| tracing::warn!(%error, "the keys of a machine user"));
    let verified = keys.ok()?.verify(request.assertion(), expected);
    let verified = verified.inspect_err(
        |error| tracing::info!(machine = %request.signer, %error, "machine assertion"),
    );
    verified.ok()?.claims().ok()
}
