//! Verifying a token that carries its own key: the proof of DPoP (RFC 9449 §4.2).
//!
//! This is the one place where the `jwk` of a header is looked at. It proves nothing but that who
//! made the token has the private half; what that is worth is for the caller, who compares the
//! thumbprint with the one that an access token is bound to.
//!
//! The rule of [`crate::verify`] holds here too: the key is for the algorithms of its kind, the
//! caller says which of them it accepts, and the token merely has to agree. A key with private
//! members, of another kind or too small is none.
#![doc(alias = "RFC 9449")]

use serde::Deserialize;
use serde_json::Value;
use symbolon_core::{
    algorithm::Algorithm,
    dpop::{Proof, Refusal, TYPE, Thumbprint},
};

use crate::public_key::PublicKey;
use crate::strict_json;
use crate::thumbprint::thumbprint;
use crate::verify::{Expected, LONGEST_TOKEN_BYTES, decode, present, text};

/// Reads a proof and verifies its signature with the key in its header: the checks 2 and 4 to 7 of
/// RFC 9449 §4.3, and the types of the claims of check 3.
///
/// # Errors
/// The first [`Refusal`] that applies.
pub fn verify(proof: &str, algorithms: &[Algorithm]) -> Result<Proof, Refusal> {
    if proof.len() > LONGEST_TOKEN_BYTES {
        return Err(Refusal::Malformed);
    }
    let (signed, signature) = proof.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(Refusal::Malformed)?;
    if payload.contains('.') {
        return Err(Refusal::Malformed);
    }
    let part = |part| decode(part).map_err(|_| Refusal::Malformed);
    let header: Header =
        strict_json::object_from_slice(&part(header)?).map_err(|_| Refusal::Malformed)?;
    // RFC 7515 §4.1.11: what is critical has to be understood, and nothing is.
    if header.crit {
        return Err(Refusal::Malformed);
    }
    let expected = Expected {
        typ: &[TYPE],
        typ_may_be_absent: false,
        algorithms,
    };
    if !expected.accepts_type(header.typ.as_deref()) {
        return Err(Refusal::TypeOther);
    }
    let algorithm = Algorithm::try_from(&*header.alg)
        .ok()
        .filter(|algorithm| algorithms.contains(algorithm))
        .ok_or(Refusal::AlgorithmNotAccepted)?;
    let (key, name) = read(&header.jwk, algorithm).ok_or(Refusal::KeyUnusable)?;
    if !key.verifies(signed.as_bytes(), &part(signature)?) {
        return Err(Refusal::SignatureWrong);
    }
    let claims = strict_json::object_from_slice(&part(payload)?).map_err(|_| Refusal::Malformed)?;
    Ok(Proof {
        key: name,
        algorithm,
        claims,
    })
}

/// The members of a header that are looked at; `kid`, `jku`, `x5c` and the others are skipped.
#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default, deserialize_with = "present")]
    crit: bool,
    #[serde(default)]
    jwk: Value,
    #[serde(default, deserialize_with = "text")]
    typ: Option<String>,
}

fn read(jwk: &Value, algorithm: Algorithm) -> Option<(PublicKey, Thumbprint)> {
    let keys = PublicKey::from_jwk(jwk).ok()?;
    let key = keys.into_iter().find(|key| key.algorithm() == algorithm)?;
    let name = Thumbprint::from_text(&thumbprint(jwk).ok()?)?;
    Some((key, name))
}
