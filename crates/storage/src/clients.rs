//! The interface of clients.

use async_trait::async_trait;
use symbolon_core::{
    client::{Client, StoredSecret},
    id::Id,
    subject::Subject,
    time::Timestamp,
};

use crate::Result;

/// Clients.
#[async_trait]
pub trait Clients: Send + Sync {
    /// The client of this name, with its secrets.
    async fn client(&self, id: &Id<Client>) -> Result<Option<Client>>;

    /// Up to `limit` clients, by id, that others may start a sign-in to (OIDC Core §4) and that are
    /// the operator's own, or were allowed something by this person.
    async fn applications_of(&self, subject: &Id<Subject>, limit: u32) -> Result<Vec<Client>>;

    /// Seals a secret anew, if it still is what it was.
    async fn reseal_client_secret(
        &self,
        client: &Id<Client>,
        old: &StoredSecret,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<()>;
}
