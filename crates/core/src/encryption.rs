//! What tokens are encrypted with for a client, and request objects for this provider.
//!
//! The lists are closed. A client registers a way to manage the key and one to encrypt the content;
//! nothing that arrives in a token adds to them. What is encrypted is signed before, unless the
//! client registered no signature for it (OIDC Core §10.2).
//!
//! Left out: RSA1_5, which leaks by its errors; RSA-OAEP, whose SHA-1 is on its way out everywhere
//! and which every library that has it has as RSA-OAEP-256 too; PBES2 and `dir`, which rest on a
//! secret that both sides know; AES key wrapping under such a secret; compression.
#![doc(alias = "RFC 7516")]

use crate::words::words;

words! {
    /// How the content's key gets to the recipient: `alg` (RFC 7518 §4.1).
    KeyManagement {
        /// RSAES OAEP with SHA-256 (RFC 7518 §4.3).
        RsaOaep256 = "RSA-OAEP-256",
        /// Agreed on (RFC 7518 §4.6).
        EcdhEs = "ECDH-ES",
        /// Agreed on, and wrapped (RFC 7518 §4.6).
        EcdhEsA256Kw = "ECDH-ES+A256KW",
    }
}

words! {
    /// What encrypts the content: `enc` (RFC 7518 §5.1).
    ContentEncryption {
        /// AES-128 in CBC mode with HMAC-SHA-256: what is meant where nothing is said (OIDC
        /// Registration §2).
        A128CbcHs256 = "A128CBC-HS256",
        /// AES-256 in CBC mode with HMAC-SHA-512.
        A256CbcHs512 = "A256CBC-HS512",
        /// AES-128 in Galois/Counter mode.
        A128Gcm = "A128GCM",
        /// AES-192 in Galois/Counter mode.
        A192Gcm = "A192GCM",
        /// AES-256 in Galois/Counter mode.
        A256Gcm = "A256GCM",
    }
}

/// How something is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encryption {
    /// How the key gets there.
    pub key: KeyManagement,
    /// What it encrypts with.
    pub content: ContentEncryption,
}

impl Encryption {
    /// As it is registered; none without an `alg`.
    pub fn registered(
        key: Option<KeyManagement>,
        content: Option<ContentEncryption>,
    ) -> Option<Self> {
        Some(Self {
            key: key?,
            content: content.unwrap_or(ContentEncryption::A128CbcHs256),
        })
    }
}
