//! The lab as whoever tests a relying party uses it: the real binary, over HTTP.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod control;
mod faults;
mod sign_in;
mod start;
mod support;
