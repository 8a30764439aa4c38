//! The interface of what clients have to be told of the end of sessions.

use async_trait::async_trait;
use symbolon_core::{
    client::Client, id::Id, logout::back_channel::Notice, session::Session, time::Timestamp,
};

use crate::{Applied, Result};

/// What clients have to be told of the end of sessions: recorded in the transaction that ends one.
#[async_trait]
pub trait Logouts: Send + Sync {
    /// Up to `limit` notices that are due, the longest due first.
    async fn due_notices(&self, now: Timestamp, limit: u32) -> Result<Vec<Notice>>;

    /// One more try of a notice begins, and nobody else tries it before `until`; `Conflict` when
    /// somebody else does already, or it is settled.
    async fn claim_notice(&self, notice: &Notice, until: Timestamp) -> Result<Applied>;

    /// What was claimed is tried again later, unless somebody else has claimed it since.
    async fn postpone_notice(&self, notice: &Notice, due_at: Timestamp) -> Result<()>;

    /// What was claimed is done, or given up, unless somebody else has claimed it since.
    async fn settle_notice(&self, notice: &Notice) -> Result<()>;

    /// The clients that got something in a session, by id.
    async fn clients_of_session(&self, session: &Id<Session>) -> Result<Vec<Id<Client>>>;
}
