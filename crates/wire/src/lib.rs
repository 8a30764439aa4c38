//! From a configuration to a provider.
//!
//! [`config`] is what an operator says, [`provider()`] and [`admin`] what is made of it, and [`demo`]
//! a state to play with. It is a library, so that more than one binary can be made of the same parts:
//! what they share is then the same by construction.

pub mod admin;
pub mod client_certificates;
#[expect(
    missing_docs,
    reason = "the table of settings documents each of them, and the manual is made of it"
)]
pub mod config;
pub mod demo;
mod provider;

pub use provider::{
    Machine, WireError, existing_seal, key_settings, outbound, password_pool, provider, seal,
};
pub(crate) use provider::{lifetime, prefix, session_settings, system};
