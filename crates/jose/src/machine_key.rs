//! Key files of machine users: an RSA key as the PEM that other providers hand out, so that their
//! libraries read it, and its public half as it is registered here.
//!
//! The private half exists to be handed out once. Nothing here keeps it.

use josekit::jwk::alg::rsa::RsaKeyPair;
use serde_json::{Value, json};
use symbolon_core::algorithm::Algorithm;
use zeroize::Zeroizing;

use crate::{
    error::JoseError, private_key::RSA_BITS, public_key::PublicKey, thumbprint::thumbprint,
};

/// A new key.
pub struct MachineKeyPair {
    /// Its name: the thumbprint (RFC 7638).
    pub kid: String,
    /// The private half, `RSA PRIVATE KEY` (RFC 8017 §A.1.2).
    pub private_pem: Zeroizing<String>,
    /// The public half, with its name.
    pub public_jwk: Value,
}

impl MachineKeyPair {
    /// Makes one: RSA, for RS256, which is what libraries for key files sign with. It takes a good
    /// part of a second: not a thing to do on an async worker.
    ///
    /// # Errors
    /// [`JoseError::GenerationFailed`] when the machine has no randomness.
    pub fn generate() -> Result<Self, JoseError> {
        let failed = |_| JoseError::GenerationFailed {
            algorithm: Algorithm::RS256,
        };
        let pair = RsaKeyPair::generate(RSA_BITS).map_err(failed)?;
        let pem = Zeroizing::new(pair.to_traditional_pem_private_key());
        let public = pair.to_jwk_public_key();
        let member = |name| public.parameter(name).cloned().unwrap_or_default();
        let mut public_jwk = json!({
            "kty": "RSA", "n": member("n"), "e": member("e"), "alg": "RS256", "use": "sig",
        });
        let kid = name(&public_jwk)?;
        named(&mut public_jwk, &kid);
        Ok(Self {
            kid,
            private_pem: Zeroizing::new(String::from_utf8_lossy(&pem).into_owned()),
            public_jwk,
        })
    }
}

/// The name of a public key that somebody else made: its `kid`, else its thumbprint.
///
/// # Errors
/// [`JoseError`] when it is no public key that can verify here.
pub fn name(jwk: &Value) -> Result<String, JoseError> {
    PublicKey::from_jwk(jwk)?;
    match jwk.get("kid") {
        None => thumbprint(jwk),
        Some(kid) => kid
            .as_str()
            .map(str::to_owned)
            .ok_or(JoseError::jwk("kid is no string")),
    }
}

/// Puts a name into a public key.
pub fn named(jwk: &mut Value, kid: &str) {
    if let Some(members) = jwk.as_object_mut() {
        members.insert("kid".to_owned(), Value::from(kid));
    }
}

impl std::fmt::Debug for MachineKeyPair {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("MachineKeyPair")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}
