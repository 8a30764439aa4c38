//! What is measured, one file each.

pub(crate) mod browser;
pub(crate) mod client_credentials;
pub(crate) mod code_flow;
pub(crate) mod fixed;
pub(crate) mod forward_auth;
pub(crate) mod introspection;
pub(crate) mod isolation;
pub(crate) mod refresh;
pub(crate) mod sign_in;
pub(crate) mod userinfo;
