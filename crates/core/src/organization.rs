//! Organizations own people, machine users and clients.

use crate::{id::Id, time::Timestamp};

/// A tenant: a company, a team, a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// What `org_id` and the keys of `roles` say in a token.
    pub id: Id<Organization>,
    /// What people see.
    pub name: String,
    /// Since when nobody of it gets in, if so.
    pub disabled_at: Option<Timestamp>,
}
