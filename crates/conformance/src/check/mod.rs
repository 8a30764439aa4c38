//! What is checked, each thing in one place.

pub(crate) mod authorization_response;
pub(crate) mod discovery;
pub(crate) mod entropy;
pub(crate) mod error_response;
pub(crate) mod id_token;
pub(crate) mod keys;
pub(crate) mod token_response;
pub(crate) mod userinfo;
