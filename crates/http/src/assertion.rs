//! Client assertions: whose signature is it? What it has to say is a matter of `symbolon-core`.
#![doc(alias = "RFC 7523")]

use symbolon_core::{
    client::{AuthenticationMethod, Client, StoredSecret},
    client_auth::{
        Credentials, Refusal,
        assertion::{Claims, HEADER_TYPES, Rules},
        client_secret_jwt, private_key_jwt,
    },
    discovery::Endpoints,
    time::Lifetime,
};
use symbolon_jose::{Expected, Seal, shared_secret::verify_with_secret, strict_json};
use symbolon_storage::{Storage, StorageError};

use crate::{client_keys::Unverified, failure::Failure, provider::Provider};

/// What is asked of assertions here: the issuer, or an endpoint where they are presented, as their
/// audience (RFC 9126 §2).
pub(crate) fn rules(
    issuer: &str,
    endpoints: [Option<&Endpoints>; 2],
    longest_lifetime: Lifetime,
) -> Rules {
    let places = endpoints.into_iter().flatten().flat_map(|endpoints| {
        [
            &endpoints.token,
            &endpoints.pushed,
            &endpoints.backchannel_authentication,
            &endpoints.introspect,
            &endpoints.revoke,
        ]
    });
    Rules {
        issuer: issuer.to_owned(),
        audiences: [issuer.to_owned()]
            .into_iter()
            .chain(places.cloned())
            .collect(),
        longest_lifetime,
    }
}

/// What the assertion says, if one is presented and the client has signed it in a way that is
/// registered for it.
///
/// # Errors
/// The inner error when it has not, the outer one when a secret cannot be unsealed.
pub(crate) async fn claims(
    provider: &Provider,
    client: &Client,
    credentials: &Credentials,
) -> Result<Result<Option<Claims>, Refusal>, Failure> {
    let Some(assertion) = credentials.assertion() else {
        return Ok(Ok(None));
    };
    if let Err(refusal) = credentials.check_method(client) {
        return Ok(Err(refusal));
    }
    let payload = if credentials.method == AuthenticationMethod::ClientSecretJwt {
        under_secret(provider, client, assertion.token())?
    } else {
        signed(provider, client, assertion.token()).await
    };
    Ok(payload
        .and_then(|payload| {
            strict_json::object_from_slice(&payload).map_err(|_| Refusal::AssertionMalformed)
        })
        .map(Some))
}

fn under_secret(
    provider: &Provider,
    client: &Client,
    token: &str,
) -> Result<Result<Vec<u8>, Refusal>, Failure> {
    if !client_secret_jwt::is_permitted(client) {
        return Ok(Err(Refusal::AssertionAlgorithm));
    }
    let mut secrets = Vec::new();
    for (secret, sealed) in client_secret_jwt::secrets(client, provider.now()) {
        let place = StoredSecret::place(&client.id, &secret.digest);
        secrets.push(provider.seal.open(place.as_bytes(), sealed)?);
    }
    let secrets = secrets.iter().map(|secret| secret.as_slice());
    let payload = verify_with_secret(token, secrets, expected(&[]));
    Ok(payload.map_err(|error| {
        tracing::info!(client = %client.id, %error, "client assertion");
        Refusal::AssertionSignature
    }))
}

async fn signed(provider: &Provider, client: &Client, token: &str) -> Result<Vec<u8>, Refusal> {
    let expected = expected(private_key_jwt::algorithms(client));
    match provider.client_keys.verify(client, token, expected).await {
        Ok(verified) => Ok(verified.payload),
        Err(Unverified::KeysUnavailable) => Err(Refusal::KeysUnavailable),
        Err(Unverified::Token(error)) => {
            tracing::info!(client = %client.id, %error, "client assertion");
            Err(Refusal::AssertionSignature)
        }
    }
}

fn expected(algorithms: &[symbolon_jose::Algorithm]) -> Expected<'_> {
    Expected {
        typ: &HEADER_TYPES,
        typ_may_be_absent: true,
        algorithms,
    }
}

/// Seals client secrets anew that are sealed under a previous key-encryption key; how many.
///
/// # Errors
/// When storage fails, or a secret does not open.
pub async fn reseal(
    storage: &dyn Storage,
    seal: &Seal,
    now: symbolon_core::time::Timestamp,
) -> Result<usize, ResealError> {
    let mut resealed = 0;
    for client in storage.clients().await? {
        for secret in &client.secrets {
            let Some(sealed) = secret
                .sealed()
                .filter(|sealed| seal.needs_resealing(sealed))
            else {
                continue;
            };
            let place = StoredSecret::place(&client.id, &secret.digest);
            let opened = seal.open(place.as_bytes(), sealed)?;
            let anew = seal.seal(place.as_bytes(), &opened);
            storage
                .reseal_client_secret(&client.id, secret, &anew, now)
                .await?;
            resealed += 1;
        }
    }
    Ok(resealed)
}

/// Why client secrets are not sealed anew.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// One does not open.
    #[error("a client secret does not open: {0}")]
    Seal(#[from] symbolon_jose::SealError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
