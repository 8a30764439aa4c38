//! What token-like endpoints share: who asks, what changes, what is signed.

use std::sync::Arc;

use http::{HeaderMap, header};
use serde::Serialize;
use symbolon_core::{
    client::Client,
    client_auth::{self, Credentials},
    decision::{Change, Decision},
    error::OAuthError,
    parameters::Parameters,
    scope::Scope,
    token::{Tokens, access, id},
};
use symbolon_storage::Applied;

use crate::{failure::Failure, provider::Provider};

/// How often a decision is made anew when others were faster. Each time somebody else succeeded, so
/// a request that loses this often is one of hundreds for the same row.
pub const TRIES: u32 = 8;

/// Why a caller is no client of ours.
#[derive(Clone, Copy, Debug)]
pub struct ClientRefusal {
    /// What it is told.
    pub error: OAuthError,
    /// Whether it tried the `Authorization` header.
    pub basic: bool,
}

/// Authenticates the client of a request.
///
/// # Errors
/// The inner error when it is none, the outer one when we cannot tell.
pub async fn authenticate(
    provider: &Provider,
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Result<Arc<Client>, ClientRefusal>, Failure> {
    let authorization = headers.get(header::AUTHORIZATION);
    let basic = authorization.is_some();
    let refuse = |refusal: client_auth::Refusal| {
        tracing::info!(?refusal, "client not authenticated");
        ClientRefusal {
            error: refusal.wire(),
            basic,
        }
    };
    // A header that is not text is presented, and is not Basic.
    let authorization = authorization.map(|value| value.to_str().unwrap_or_default());
    let credentials = match Credentials::parse(authorization, parameters) {
        Ok(credentials) => credentials,
        Err(refusal) => return Ok(Err(refuse(refusal))),
    };
    let Some(client) = provider.cache.client(&credentials.client).await? else {
        return Ok(Err(refuse(client_auth::Refusal::Unknown)));
    };
    match credentials.verify(&client, provider.now()) {
        Ok(()) => Ok(Ok(client)),
        Err(refusal) => Ok(Err(refuse(refusal))),
    }
}

/// Applies what a decision changes. The outcome is told only when that is durable; `None` when
/// somebody else was faster: load the facts again and decide again, [`TRIES`] times at the most.
///
/// # Errors
/// When storage fails.
pub async fn commit<O>(provider: &Provider, decision: Decision<O>) -> Result<Option<O>, Failure> {
    let applied = apply(provider, &decision.changes).await?;
    Ok((applied == Applied::Done).then_some(decision.outcome))
}

/// Applies changes and forgets what they make untrue.
///
/// # Errors
/// When storage fails.
pub async fn apply(provider: &Provider, changes: &[Change]) -> Result<Applied, Failure> {
    let applied = provider.storage.apply(changes).await?;
    provider.cache.applied(changes);
    Ok(applied)
}

/// The token response (RFC 6749 §5.1, OIDC Core §3.1.3.3).
#[derive(Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    #[serde(skip_serializing_if = "Scope::is_empty")]
    scope: Scope,
}

/// Signs what a grant hands out.
///
/// # Errors
/// When a key is missing or does not sign.
pub fn sign(
    provider: &Provider,
    client: &Client,
    tokens: Tokens,
) -> Result<TokenResponse, Failure> {
    let keyring = provider.keyring.load();
    let now = tokens.access.claims.iat;
    let signer = |algorithm| {
        keyring
            .signer(algorithm, now)
            .ok_or(Failure::KeyMissing(algorithm))
    };
    let expires_in = tokens.access.expires_in();
    let access_token = match &tokens.access.opaque {
        Some(secret) => secret.expose().to_owned(),
        None => signer(client.metadata.access_token_signed_response_alg)?
            .sign(access::TYPE, &tokens.access.claims)?,
    };
    let id_token = match tokens.id {
        None => None,
        Some(plan) => {
            let signer = signer(plan.algorithm)?;
            Some(signer.sign(id::TYPE, &plan.tied_to(&access_token))?)
        }
    };
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in,
        refresh_token: tokens.refresh.map(|secret| secret.expose().to_owned()),
        id_token,
        scope: tokens.scope,
    })
}
