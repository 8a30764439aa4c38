//! What is promised of keys, tokens and sealed values, through the public surface of the crate.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod interoperability;
mod keys;
mod proofs;
mod rfc_vectors;
mod sealed;
mod support;
mod tampered_tokens;
mod token_headers;
