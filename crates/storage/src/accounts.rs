//! The interface of what somebody looks at of the own account.

use async_trait::async_trait;
use symbolon_core::{
    approval::Approval, client::Client, id::Id, scope::Scope, session::Session, subject::Subject,
    time::Timestamp,
};

use crate::Result;

/// What a person allowed a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Whom.
    pub client: Id<Client>,
    /// What.
    pub scope: Scope,
    /// When last.
    pub updated_at: Timestamp,
}

/// A sign-in of a person for a client, without what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalRecord {
    /// Its name.
    pub id: Id<Approval>,
    /// For whom.
    pub client: Id<Client>,
    /// In which session.
    pub session: Id<Session>,
    /// For what.
    pub scope: Scope,
    /// When.
    pub created_at: Timestamp,
    /// Until when there may be refresh tokens.
    pub refresh_expires_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
}

/// How a password changes. Neither hash is ever printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHashes {
    /// The hash of the one that was proven: the change presupposes it.
    pub old: String,
    /// The hash of the one that takes its place.
    pub new: String,
}

impl std::fmt::Debug for PasswordHashes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PasswordHashes")
    }
}

/// What is kept about a person.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Up to `limit` consents of a person behind the client `after`, by client.
    async fn consents_of(
        &self,
        subject: &Id<Subject>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Consent>>;

    /// Up to `limit` approvals of a person behind `after`, by id.
    async fn approvals_of(
        &self,
        subject: &Id<Subject>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<ApprovalRecord>>;

    /// The names that a person answers to, sorted.
    async fn identifiers_of(&self, subject: &Id<Subject>) -> Result<Vec<String>>;
}
