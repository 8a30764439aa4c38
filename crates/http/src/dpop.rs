//! Proofs of possession that come with a request: read, checked, used once.
#![doc(alias = "RFC 9449")]

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use symbolon_core::{
    algorithm::Algorithm,
    client::Client,
    client::profile::Demands,
    dpop::{
        self, Facts, Refusal, Thumbprint,
        nonce::{NonceKeys, NoncePolicy},
    },
    token::confirmation::{self, CertificateThumbprint, Confirmation, Shown},
};
use symbolon_jose::{Seal, proof};
use symbolon_storage::Applied;
use symbolon_web::client_certificate::ClientCertificate;

use crate::{failure::Failure, provider::Provider};

const PROOF: HeaderName = HeaderName::from_static("dpop");

/// Where a nonce is handed out (RFC 9449 §8.1).
pub const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// What the operator decides of it.
#[derive(Clone, Debug)]
pub struct DpopSettings {
    /// With what proofs may be signed.
    pub algorithms: Vec<Algorithm>,
    /// Whether they have to carry a nonce of ours.
    pub nonces: NoncePolicy,
}

/// A request that may come with a proof.
#[derive(Clone, Copy, Debug)]
pub struct ProvenCall<'a> {
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its method.
    pub method: &'a Method,
    /// Its URL as the caller knows it: below the issuer, not what a proxy makes of it.
    pub url: &'a str,
    /// Its other URL, for callers that show a certificate.
    pub alias: Option<&'a str>,
    /// The certificate that the caller has shown.
    pub certificate: Option<&'a ClientCertificate>,
    /// The access token that it presents, if it does.
    pub access_token: Option<&'a str>,
}

/// The key that a request proves to have; `None` when it does not try. A proof that passes is used
/// up, on every instance. `demands`: what the profile of the client asks.
///
/// # Errors
/// When storage fails.
pub async fn prove(
    provider: &Provider,
    demands: &Demands,
    call: ProvenCall<'_>,
) -> Result<Result<Option<Thumbprint>, Refusal>, Failure> {
    let values = call.headers.get_all(PROOF).iter();
    let checked = dpop::single(values.map(|value| value.to_str().ok())).and_then(|text| {
        text.map(|text| check(provider, demands, &call, text))
            .transpose()
    });
    let Some((key, used)) = (match checked {
        Ok(checked) => checked,
        Err(refusal) => return Ok(Err(refusal)),
    }) else {
        return Ok(Ok(None));
    };
    match provider.storage.use_once(&used.digest, used.until).await? {
        Applied::Done => Ok(Ok(Some(key))),
        Applied::Conflict => Ok(Err(Refusal::Replayed)),
    }
}

/// As [`prove`], for a request of a client for tokens: what those are to be bound to.
///
/// # Errors
/// When storage fails.
pub async fn confirm(
    provider: &Provider,
    client: &Client,
    call: ProvenCall<'_>,
) -> Result<Result<Confirmation, confirmation::Refusal>, Failure> {
    let proven = prove(provider, client.demands(), call).await?;
    Ok(proven
        .map_err(confirmation::Refusal::Proof)
        .and_then(|key| {
            let certificate = call.certificate.map(thumbprint);
            Confirmation::of(client, Shown { key, certificate })
        }))
}

/// The thumbprint of a certificate.
pub fn thumbprint(certificate: &ClientCertificate) -> CertificateThumbprint {
    CertificateThumbprint::of(&certificate.0)
}

/// Hands out the nonce for the next proof, if the request has tried one.
pub fn hand_out_nonce(provider: &Provider, request: &HeaderMap, response: &mut Response) {
    let due = match provider.settings.dpop.nonces {
        NoncePolicy::Off => false,
        NoncePolicy::Optional | NoncePolicy::Required => request.contains_key(PROOF),
    };
    if due && let Ok(nonce) = HeaderValue::try_from(provider.nonce_keys.issue(provider.now())) {
        response.headers_mut().insert(NONCE, nonce);
    }
}

/// `algs` of a challenge (RFC 9449 §7.1), after what stands before it.
pub fn algorithms(provider: &Provider) -> String {
    let names = provider.settings.dpop.algorithms.iter();
    let names: Vec<_> = names.map(|algorithm| algorithm.as_str()).collect();
    format!(", algs=\"{}\"", names.join(" "))
}

/// What nonces are made with.
pub fn nonce_keys(seal: &Seal) -> NonceKeys {
    const LABEL: &str = "dpop nonce";
    NonceKeys::new(
        seal.derive(LABEL),
        seal.derive_all(LABEL).into_iter().skip(1),
    )
}

fn check(
    provider: &Provider,
    demands: &Demands,
    call: &ProvenCall<'_>,
    text: &str,
) -> Result<(Thumbprint, dpop::Use), Refusal> {
    let settings = &provider.settings.dpop;
    let mut algorithms = settings.algorithms.clone();
    algorithms.retain(|algorithm| demands.algorithms.contains(algorithm));
    let proof = proof::verify(text, &algorithms)?;
    let facts = Facts {
        method: call.method.as_str(),
        url: call.url,
        alias: call.alias,
        access_token: call.access_token,
        nonces: settings.nonces,
        nonce_keys: &provider.nonce_keys,
        now: provider.now(),
    };
    Ok((proof.key, dpop::check(&proof, &facts)?))
}
