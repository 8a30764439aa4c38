//! Keys that are made once for all tests, and the shortest ways to sign and verify.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jws::{ES256, EdDSA, JwsSigner, PS256, RS256};
use serde_json::{Value, json};
use symbolon_jose::{Algorithm, Expected, SigningKey, VerifyingKeys};

/// One key for each algorithm, in the order of [`Algorithm::ALL`].
pub(crate) static KEYS: LazyLock<Vec<SigningKey>> = LazyLock::new(|| {
    Algorithm::ALL
        .into_iter()
        .map(|algorithm| SigningKey::generate(algorithm).unwrap())
        .collect()
});

/// The public halves of [`KEYS`].
pub(crate) static PUBLIC: LazyLock<VerifyingKeys> =
    LazyLock::new(|| VerifyingKeys::from_signing_keys(&*KEYS));

/// What an access token has to look like, with any algorithm.
pub(crate) const ACCESS_TOKEN: Expected<'static> = Expected {
    typ: &["at+jwt"],
    typ_may_be_absent: false,
    algorithms: &Algorithm::ALL,
};

/// What the examples of the RFCs look like: no `typ`, no `kid`.
pub(crate) const BARE: Expected<'static> = Expected {
    typ: &[],
    typ_may_be_absent: true,
    algorithms: &Algorithm::ALL,
};

pub(crate) fn key(algorithm: Algorithm) -> SigningKey {
    KEYS.iter()
        .find(|key| key.algorithm() == algorithm)
        .unwrap()
        .clone()
}

pub(crate) fn claims() -> Value {
    json!({"iss": "https://id.example", "sub": "alice", "roles": {"acme": ["admin"]}, "exp": 1})
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

pub(crate) fn private_jwk(key: &SigningKey) -> Value {
    serde_json::from_str(&key.private_jwk()).unwrap()
}

/// The signer of josekit, made by OpenSSL, for the same key: it signs what ours would never write.
pub(crate) fn foreign_signer(key: &SigningKey) -> Box<dyn JwsSigner> {
    let jwk = Jwk::from_bytes(key.private_jwk().as_bytes()).unwrap();
    match key.algorithm() {
        Algorithm::RS256 => Box::new(RS256.signer_from_jwk(&jwk).unwrap()),
        Algorithm::PS256 => Box::new(PS256.signer_from_jwk(&jwk).unwrap()),
        Algorithm::ES256 => Box::new(ES256.signer_from_jwk(&jwk).unwrap()),
        Algorithm::EdDSA => Box::new(EdDSA.signer_from_jwk(&jwk).unwrap()),
    }
}

/// A token with any header and payload at all, rightly signed.
pub(crate) fn sign_encoded(key: &SigningKey, header: &str, payload: &str) -> String {
    let signed = format!("{header}.{payload}");
    let signature = foreign_signer(key).sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", encode(signature))
}
