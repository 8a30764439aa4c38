//! What can be wrong with a key, or with a set of keys.
//!
//! The errors of the libraries are not carried along: a parser likes to quote what it could not
//! parse, and what is parsed here is private keys.

use symbolon_core::algorithm::{Algorithm, UnknownAlgorithm};

/// Why a key could not be made, read or used.
#[derive(Debug, thiserror::Error)]
pub enum JoseError {
    /// The `alg` of a key belongs to another kind of key.
    #[error("the JWK says \"alg\": \"{algorithm}\", which {needs}: correct alg or the key")]
    AlgorithmDoesNotFit {
        /// What the key says.
        algorithm: Algorithm,
        /// What that algorithm would need.
        needs: &'static str,
    },
    /// An RSA private key that does not say what it signs with.
    #[error("an RSA key fits both RS256 and PS256: add \"alg\" to the JWK")]
    AlgorithmMissing,
    /// The `alg` of a key is not one of ours.
    #[error("the \"alg\" of the JWK: {0}")]
    AlgorithmUnknown(#[from] UnknownAlgorithm),
    /// No X.509 certificate, or one whose names cannot be read.
    #[error("the certificate cannot be read")]
    CertificateMalformed,
    /// The library made no key; the machine's source of randomness is the usual cause.
    #[error("no {algorithm} key could be generated: is the machine's random generator working?")]
    GenerationFailed {
        /// What the key was meant for.
        algorithm: Algorithm,
    },
    /// The text is no JWK, or a member is absent, of the wrong type or of the wrong length.
    #[error("not a usable JWK: {problem}")]
    JwkMalformed {
        /// What to correct.
        problem: &'static str,
    },
    /// The text is no JWK set.
    #[error("not a usable JWK set: {problem}")]
    JwksMalformed {
        /// What to correct.
        problem: &'static str,
    },
    /// A JWK set of which no key can verify anything here.
    #[error("none of the {keys} keys of the JWK set can be used; the first one: {first}")]
    JwksWithoutUsableKey {
        /// How many keys the set has.
        keys: usize,
        /// Why its first key is of no use.
        first: Box<JoseError>,
    },
    /// The members are there, and no key comes out of them: they contradict each other, the point
    /// is not on the curve, or the key is too small.
    #[error("the key is refused: {problem}")]
    KeyRejected {
        /// What is wrong with the key.
        problem: &'static str,
    },
    /// The payload of a token could not be written as JSON.
    #[error("the payload of the token cannot be written as JSON")]
    PayloadUnwritable(#[source] serde_json::Error),
    /// The library refused to sign. It has no reason to with a key that was accepted.
    #[error("signing with the {algorithm} key {kid:?} failed")]
    SigningFailed {
        /// The algorithm of the key.
        algorithm: Algorithm,
        /// The name of the key.
        kid: String,
    },
}

impl JoseError {
    pub(crate) fn jwk(problem: &'static str) -> Self {
        Self::JwkMalformed { problem }
    }

    pub(crate) fn rejected(problem: &'static str) -> Self {
        Self::KeyRejected { problem }
    }
}
