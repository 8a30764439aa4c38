//! The authorization endpoint's rules, in the order in which a request meets them.
//!
//! 1. [`request::client_id`]: which client;
//! 2. [`request::redirect`]: a proven place to answer to (until then every error is a page,
//!    RFC 6749 §4.1.2.1);
//! 3. [`request::check`]: everything else;
//! 4. [`interaction::next_step`]: what the person has to do;
//! 5. [`code::approve`]: the code.
#![doc(alias = "RFC 6749 §4.1.1")]

pub mod code;
pub mod device;
pub mod interaction;
pub mod prompt;
mod refusal;
pub mod request;
pub mod response_mode;
