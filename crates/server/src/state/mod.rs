//! Declared state: organizations, roles, users, machine users and clients in a file.
//!
//! [`Form`] is the file, [`Plan`] the difference to what is there, [`export`] the way back.

pub(crate) mod demo;
mod export;
mod form;
mod plan;

pub(crate) use export::export;
pub(crate) use form::{Form, StateError};
pub(crate) use plan::Plan;
