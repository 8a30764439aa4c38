//! Signing, verifying, JSON Web Keys and sealing at rest, behind small types of our own.
//!
//! This is the only crate that names `josekit` and `aws-lc-rs`; the rest of Symbolon sees these:
//!
//! - [`Algorithm`]: the closed list of four signature algorithms (it lives in `symbolon-core`).
//! - [`signing_key`]: [`SigningKey`], a private key that is parsed once and signs compact tokens.
//! - [`verify`]: [`VerifyingKeys`], public keys by `kid`, and the strict reading of a token.
//! - [`certificate`]: whose X.509 certificate it is.
//! - [`shared_secret`]: the one token under a MAC that is accepted, a client's assertion.
//! - [`proof`]: a token that carries its own key, as a DPoP proof does.
//! - [`seal`]: [`Seal`], encryption at rest under a [`KeyEncryptionKey`], and derived secrets.
//! - [`machine_key`]: the key files of machine users.
//! - [`key_encryption_key`]: the one secret that an operator keeps outside the database.
//! - [`encryption`], [`decryption`]: keys of others that are encrypted for, and of ours that others
//!   encrypt for.
//! - [`mod@thumbprint`]: the name of a key that follows from the key.
//! - [`strict_json`]: JSON that refuses what an attacker could say twice.
//! - [`error`]: what can be wrong with a key.
//!
//! Who does what: `josekit` generates JSON Web Keys and reads their members; `aws-lc-rs` signs,
//! verifies and seals. Each does what it is better at: `josekit` knows the JSON forms; `aws-lc-rs`
//! keeps a parsed key and uses it without the locks that OpenSSL 3 takes, and signs ES256 and EdDSA
//! in a fraction of the time. `cargo run --release -p symbolon-jose --example speed` counts.
//!
//! # What is left out, and why
//!
//! - `none` but for [`unsecured`], HMAC but for [`shared_secret`], each called by a name of its own,
//!   and every algorithm outside of [`Algorithm`]: a token says which key it was signed with, never
//!   which rules it wants to be checked by. RFC 8725 §3.1.
//! - The JSON serialisations of RFC 7515 §7.2, detached and unencoded payloads (RFC 7797): nothing
//!   in OpenID Connect needs them, and each is one more way to read one token as two.
//! - Time, audience and issuer of a token: those are rules, with a clock as an argument, and
//!   belong to `symbolon-core`.
//! - Randomness as an argument. The rules of `symbolon-core` take entropy from their caller; here
//!   the libraries draw from their own generators, because ES256 and PS256 signatures, nonces and
//!   new keys are only as good as randomness that nobody can hand in.
//! - A promise that no copy of a private key stays in memory. What this crate holds is wiped when
//!   it is dropped; what the libraries copy while they parse is theirs.

pub mod certificate;
pub mod decryption;
pub mod encryption;
pub mod error;
mod jwk;
pub mod key_encryption_key;
pub mod machine_key;
mod private_key;
pub mod proof;
mod public_key;
pub mod seal;
pub mod shared_secret;
pub mod signing_key;
pub mod strict_json;
pub mod thumbprint;
pub mod unsecured;
pub mod verify;

pub use symbolon_core::algorithm::Algorithm;

pub use crate::decryption::{DecryptionKey, Encrypted};
pub use crate::encryption::{EncryptingKey, EncryptingKeys};
pub use crate::error::JoseError;
pub use crate::key_encryption_key::{KeyEncryptionKey, KeyEncryptionKeyError};
pub use crate::seal::{Seal, SealError};
pub use crate::signing_key::SigningKey;
pub use crate::thumbprint::thumbprint;
pub use crate::verify::{Expected, Verified, VerifyError, VerifyingKeys};
