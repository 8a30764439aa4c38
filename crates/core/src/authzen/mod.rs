//! AuthZEN: the questions of gateways and applications, and the answers of the rules.
//!
//! A request names a subject, an action, a resource and a context ([`entity`]). What it asks is made
//! a question to the rules ([`question`]): which scope, in which organization. Then
//! [`crate::policy::decide`] decides, with the roles that the subject holds now, and [`answer`] says
//! why. A batch is many questions ([`evaluations`]); a search leaves one of the three out and asks
//! which would do ([`search`], [`candidate`]).
//!
//! The rule in words: what is unknown is denied and is no error. An error is a request that says
//! nothing definite.
//!
//! Left out: signed answers and metadata (§9.1.3), both optional, and profiles of other bindings.
#![doc(alias = "OpenID AuthZEN Authorization API 1.0")]

pub mod answer;
pub mod candidate;
pub mod entity;
pub mod evaluations;
pub mod metadata;
pub mod question;
pub mod request_id;
pub mod search;
