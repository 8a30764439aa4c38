//! The rules of Symbolon, as values and pure functions.
//!
//! Nothing in here reads a clock, draws a random number, opens a socket or knows a database: time
//! ([`time::Timestamp`]) and randomness ([`entropy::Entropy`]) are arguments. A request is parsed
//! into a value, facts are handed in, and a `decide` function answers with a
//! [`decision::Decision`]: what has to change, and what the caller is told.
//!
//! Left out on purpose: signing (`symbolon-jose`), storage (`symbolon-storage`), HTTP
//! (`symbolon-http`).

pub mod algorithm;
pub mod approval;
pub mod attempt;
pub mod authorization_details;
pub mod authorize;
pub mod authzen;
pub mod backchannel;
pub mod certificate;
pub mod claims;
pub mod client;
pub mod client_auth;
pub mod consent;
pub mod decision;
pub mod device;
pub mod discovery;
pub mod dpop;
pub mod encryption;
pub mod end_session;
pub mod entropy;
pub mod error;
pub mod forward_auth;
pub mod grant;
pub mod id;
pub mod introspection;
pub mod json;
pub mod keys;
pub mod logout;
pub mod mac;
pub mod machine_key;
pub mod organization;
pub mod pairwise;
pub mod parameters;
pub mod password;
pub mod percent;
pub mod pkce;
pub mod policy;
pub mod redirect_uri;
pub mod registration;
pub mod reserved_scope;
pub mod resource_metadata;
pub mod restriction;
pub mod revocation;
pub mod role;
pub mod scope;
pub mod secret;
pub mod session;
pub mod settings;
pub mod single_use;
pub mod step_up;
pub mod subject;
pub mod time;
pub mod token;
pub mod userinfo;
pub mod waiting;
mod words;
