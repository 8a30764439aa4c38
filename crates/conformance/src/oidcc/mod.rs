//! The modules of the plans of OpenID Connect Core: what they check is in their names and in one line
//! above each.

pub(crate) mod claims;
pub(crate) mod code;
pub(crate) mod happy;
pub(crate) mod metadata;
pub(crate) mod nonce;
pub(crate) mod parameters;
pub(crate) mod redirect_uri;
pub(crate) mod request_object;
pub(crate) mod session;
pub(crate) mod userinfo;
