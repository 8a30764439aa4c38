//! Who may call what: roles, rules, endpoints, and the answer with its reason.
//!
//! A [`api::Api`] lists its endpoints and the one scope each needs. A [`rule::Rule`] says that a
//! role allows or denies the scopes of a pattern. A subject counts, in the organization it acts in,
//! as the roles it was granted there and those it has there through a [`relation::Relation`]
//! ([`standing`]). [`Policy::compile`] makes one immutable value of all this; [`decide`] answers a
//! [`Question`] from it, and [`Policy::allows`] does the same when nobody wants to know why.
//!
//! The rule in words: *no* unless a rule allows it; *no* whatever else allows it when a rule denies
//! it; and never more than the token was issued for.
//!
//! Left out on purpose: whether the token is genuine, live and meant for this API, and whether
//! subject, client and organizations are active. That is asked before, of values which this module
//! does not know. Also left out: rules with conditions on attributes, time or place, roles that
//! include other roles, and priorities between rules. Each would make "who can do this?" a question
//! that no table answers. (Attributes of a [`resource`] choose the scope that is needed, never who
//! has it.)

pub mod api;
pub mod api_scope;
pub mod attribute;
pub mod bundle;
pub mod change;
mod compiled;
pub mod decision;
pub mod detail_type;
pub mod expiry;
pub mod explain;
pub mod issuance;
pub mod lockout;
pub mod matrix;
pub mod opening;
pub mod own;
pub mod path;
pub mod pattern;
mod pattern_index;
pub mod relation;
pub mod resource;
mod route;
pub mod rule;
pub mod standing;
pub mod tally;
pub mod template;
pub mod token_changes;

pub use compiled::{Located, Policy, PolicyError};
pub use decision::{Question, Verdict, decide};
