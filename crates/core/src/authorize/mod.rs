//! The authorization endpoint's rules, in the order in which a request meets them.
//!
//! 1. [`request::client_id`]: which client;
//! 2. [`source::Source`]: where the parameters are: here, in a [`request_object`], which may lie
//!    elsewhere ([`object_uri`]), or [`pushed`];
//! 3. [`request::redirect`]: a proven place to answer to (until then every error is a page,
//!    RFC 6749 §4.1.2.1);
//! 4. [`request::check`]: everything else;
//! 5. [`interaction::next_step`]: what the person has to do;
//! 6. [`code::approve`]: the code;
//! 7. [`front_channel::issue`]: tokens at once, where that is switched on;
//! 8. [`response_mode`]: how the answer travels, as a [`signed_response`] if the client wants one.
#![doc(alias = "RFC 6749 §4.1.1")]

pub mod code;
pub mod front_channel;
pub mod initiation;
pub mod interaction;
pub mod object_uri;
pub mod prompt;
pub mod pushed;
mod redirect;
mod refusal;
pub mod request;
pub mod request_object;
pub mod response_mode;
pub mod response_type;
pub mod signed_response;
pub mod source;
pub mod waiting;
