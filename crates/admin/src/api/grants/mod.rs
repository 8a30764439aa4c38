//! Grants: who is what where, and until when.

mod delete;
mod list;
mod put;

use schemars::JsonSchema;
use serde::Serialize;
use symbolon_core::time::Timestamp;
use symbolon_storage::RoleGrant;

use crate::{moment::Moment, operation::Operation};

pub(super) use put::counts_in;

pub(crate) fn operations() -> Vec<Operation> {
    vec![list::operation(), put::operation(), delete::operation()]
}

/// A role that somebody holds in an organization.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Grant")]
struct View {
    /// Who: a `sub`.
    subject: String,
    /// Where.
    organization: String,
    /// Which.
    role: String,
    /// The first moment at which it does not count; none: it does not end.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Moment>,
    /// Whether that has come.
    expired: bool,
}

fn view(grant: RoleGrant, now: Timestamp) -> View {
    View {
        subject: grant.subject.as_str().to_owned(),
        organization: grant.organization.as_str().to_owned(),
        role: grant.role.as_str().to_owned(),
        expires_at: grant.expires_at.map(Moment),
        expired: grant.expires_at.is_some_and(|end| end <= now),
    }
}
