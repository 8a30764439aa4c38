//! The rules of the crate held against generated input: one file a subject.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../fixture/mod.rs"]
mod fixture;

mod claims;
mod dpop;
mod identifier;
mod interaction;
mod json;
mod keys;
mod parameters;
mod pkce;
mod policy;
mod redirect_uri;
mod registration;
mod request_object;
mod rotation;
mod scope;
mod secret;
mod tokens;
