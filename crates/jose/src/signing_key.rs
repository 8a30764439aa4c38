//! A key that signs the tokens of Symbolon.
//!
//! The rule: a key has one algorithm and one name for all of its life. The name (`kid`) is the
//! thumbprint of the key unless the JWK brings another, so two instances that import the same key
//! agree on it.
//!
//! A key is parsed once and kept: parsing is slow, cloning costs a reference count. Signing never
//! waits for anything, and takes some ten microseconds, or with RSA up to a millisecond, of one
//! processor.
//!
//! Left out: PEM and PKCS#12. A JWK says what the key is for, which those cannot.
#![doc(alias = "RFC 7515")]
#![doc(alias = "RFC 7517")]

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use serde::Serialize;
use serde_json::{Map, Value};
use symbolon_core::algorithm::Algorithm;
use zeroize::Zeroizing;

use crate::error::JoseError;
use crate::jwk::{private_text, select, wipe};
use crate::private_key::{self, PrivateKey};
use crate::public_key::{self, PublicKey};
use crate::strict_json;
use crate::thumbprint::thumbprint;

/// A private key, ready to sign. `Debug` shows `kid` and `algorithm` and nothing else.
#[derive(Clone)]
pub struct SigningKey {
    inner: Arc<Inner>,
}

struct Inner {
    kid: String,
    algorithm: Algorithm,
    private: PrivateKey,
    private_jwk: Zeroizing<String>,
    public: Arc<PublicKey>,
    public_jwk: Value,
    /// The encoded headers of the two kinds of token that are signed all day, with their dot.
    headers: [(&'static str, String); 2],
}

impl SigningKey {
    /// Makes a new key: RSA with 2048 bits for RS256 and PS256, P-256, or Ed25519. Its `kid` is its
    /// thumbprint (RFC 7638).
    ///
    /// An RSA key takes a good part of a second: not a thing to do on an async worker.
    ///
    /// # Errors
    /// [`JoseError::GenerationFailed`] when the machine has no randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, JoseError> {
        let mut jwk = private_key::generate(algorithm)?;
        jwk.set_algorithm(algorithm.as_str());
        let key = Self::from_jwk(&jwk);
        wipe(&mut jwk.into());
        key
    }

    /// Reads a private JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2).
    ///
    /// `alg` is required for an RSA key, and has to fit the key when it is there. `kid` is the
    /// thumbprint when it is absent. `use`, when present, has to be `sig`. Public members that
    /// contradict the private ones are refused; members that nothing here needs are dropped.
    ///
    /// # Errors
    /// A [`JoseError`] that says what to correct, and quotes nothing of the key.
    pub fn from_private_jwk(json: &str) -> Result<Self, JoseError> {
        let members: Map<String, Value> =
            strict_json::object_from_slice(json.as_bytes()).map_err(|error| match error {
                strict_json::StrictJsonError::Malformed(_) => {
                    JoseError::jwk("it is not a JSON object")
                }
                strict_json::StrictJsonError::MemberRepeated => {
                    JoseError::jwk("it has a member twice")
                }
            })?;
        let jwk = Jwk::from_map(members)
            .map_err(|_| JoseError::jwk("a member is absent or of the wrong type"))?;
        let key = Self::from_jwk(&jwk);
        wipe(&mut jwk.into());
        key
    }

    /// The name of the key, unique among the keys of an issuer.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.inner.kid
    }

    /// The only algorithm that the key signs with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.inner.algorithm
    }

    /// The whole key, for storing it sealed (see [`crate::seal`]) and reading it back with
    /// [`SigningKey::from_private_jwk`]. The text is wiped when it is dropped.
    #[must_use]
    pub fn private_jwk(&self) -> Zeroizing<String> {
        self.inner.private_jwk.clone()
    }

    /// The public key as it is published: `kty`, `use`, `alg`, `kid` and the public members.
    #[must_use]
    pub fn public_jwk(&self) -> Value {
        self.inner.public_jwk.clone()
    }

    /// Signs a payload: the compact serialisation of RFC 7515 §7.1, with `alg`, `typ` and `kid` in
    /// the header. `typ` is written as it is given: `at+jwt` (RFC 9068 §2.1), `JWT`, ...
    ///
    /// # Errors
    /// [`JoseError::PayloadUnwritable`] when the payload is no JSON;
    /// [`JoseError::SigningFailed`] when the library fails.
    pub fn sign(&self, typ: &str, payload: &impl Serialize) -> Result<String, JoseError> {
        let mut json = Vec::with_capacity(1024);
        serde_json::to_writer(&mut json, payload).map_err(JoseError::PayloadUnwritable)?;
        let header = self.header(typ)?;
        let signature_bytes = self.inner.private.signature_bytes();
        let mut token = String::with_capacity(
            header.len() + encoded_length(json.len()) + 1 + encoded_length(signature_bytes),
        );
        token.push_str(&header);
        URL_SAFE_NO_PAD.encode_string(&json, &mut token);
        self.inner
            .private
            .append_signature(&mut token)
            .map_err(|_| JoseError::SigningFailed {
                algorithm: self.inner.algorithm,
                kid: self.inner.kid.clone(),
            })?;
        Ok(token)
    }

    /// The public half, for verifying what this key signed.
    pub(crate) fn public_key(&self) -> Arc<PublicKey> {
        Arc::clone(&self.inner.public)
    }

    fn header(&self, typ: &str) -> Result<Cow<'_, str>, JoseError> {
        for (kept, header) in &self.inner.headers {
            if *kept == typ {
                return Ok(Cow::Borrowed(header));
            }
        }
        encode_header(self.inner.algorithm, typ, &self.inner.kid).map(Cow::Owned)
    }

    fn from_jwk(jwk: &Jwk) -> Result<Self, JoseError> {
        // RFC 7517 §4.2, §4.3
        if jwk.key_use().is_some_and(|declared| declared != "sig")
            || !jwk.is_for_key_operation("sign")
        {
            return Err(JoseError::jwk(
                "use or key_ops do not allow to sign with it",
            ));
        }
        let declared = jwk.algorithm().map(Algorithm::try_from).transpose()?;
        let [algorithm] = public_key::algorithms(jwk, declared)? else {
            return Err(JoseError::AlgorithmMissing);
        };
        let private = PrivateKey::from_jwk(jwk, *algorithm)?;
        let names = public_key::members(*algorithm);
        let mut public_jwk = Value::Object(select(jwk.as_ref(), names.public));
        let kid = match jwk.key_id() {
            Some("") => return Err(JoseError::jwk("kid is empty: leave it out or fill it in")),
            Some(kid) => kid.to_owned(),
            None => thumbprint(&public_jwk)?,
        };
        public_jwk["use"] = "sig".into();
        public_jwk["alg"] = algorithm.as_str().into();
        public_jwk["kid"] = kid.as_str().into();
        let private_jwk = private_text(&public_jwk, jwk.as_ref(), names.private);

        let public = PublicKey::from_jwk(&public_jwk)?
            .pop()
            .ok_or(JoseError::rejected("it has no public half"))?;
        let header = |typ| encode_header(*algorithm, typ, &kid).map(|header| (typ, header));
        Ok(Self {
            inner: Arc::new(Inner {
                headers: [header("at+jwt")?, header("JWT")?],
                kid,
                algorithm: *algorithm,
                private,
                private_jwk,
                public: Arc::new(public),
                public_jwk,
            }),
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("kid", &self.inner.kid)
            .field("algorithm", &self.inner.algorithm)
            .finish_non_exhaustive()
    }
}

/// The header of a token, encoded, with the dot that follows it.
fn encode_header(algorithm: Algorithm, typ: &str, kid: &str) -> Result<String, JoseError> {
    #[derive(Serialize)]
    struct Header<'a> {
        alg: Algorithm,
        typ: &'a str,
        kid: &'a str,
    }
    let header = Header {
        alg: algorithm,
        typ,
        kid,
    };
    let json = serde_json::to_vec(&header).map_err(JoseError::PayloadUnwritable)?;
    let mut encoded = URL_SAFE_NO_PAD.encode(json);
    encoded.push('.');
    Ok(encoded)
}

/// The length of `bytes` bytes in base64url without padding.
fn encoded_length(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_token_is_written_into_one_allocation_of_the_right_size() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            for length in 0..7 {
                for typ in ["at+jwt", "JWT", "logout+jwt"] {
                    let token = key.sign(typ, &"x".repeat(length)).unwrap();
                    assert_eq!(token.capacity(), token.len(), "{algorithm} {length} {typ}");
                }
            }
        }
    }

    #[test]
    fn a_typ_cannot_write_into_the_header() {
        let key = SigningKey::generate(Algorithm::EdDSA).unwrap();
        let typ = r#"JWT","alg":"none"#;
        let header = key.header(typ).unwrap();
        let json = URL_SAFE_NO_PAD
            .decode(header.trim_end_matches('.'))
            .unwrap();
        let header: Value = strict_json::object_from_slice(&json).unwrap();
        assert_eq!(header["typ"], typ);
        assert_eq!(header["alg"], "EdDSA");
    }

    #[test]
    fn a_clone_is_the_same_key() {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        assert!(Arc::ptr_eq(&key.inner, &key.clone().inner));
    }

    #[test]
    fn a_payload_that_is_no_json_is_an_error() {
        let key = SigningKey::generate(Algorithm::ES256).unwrap();
        let payload = std::collections::HashMap::from([((1, 2), 3)]);
        assert!(matches!(
            key.sign("JWT", &payload),
            Err(JoseError::PayloadUnwritable(_))
        ));
    }
}
