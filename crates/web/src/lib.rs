//! The axum kit that every HTTP crate of Symbolon shares.
//!
//! What touches the machine is in here and nowhere else: the clock, the operating system's
//! randomness, the threads that hash passwords.

pub mod browser;
pub mod client_address;
pub mod client_certificate;
pub mod clock;
pub mod entropy;
pub mod form;
pub mod guard;
pub mod json;
pub mod language;
pub mod local_path;
pub mod memory;
pub mod metrics;
pub mod password_pool;
