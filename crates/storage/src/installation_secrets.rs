//! The interface of what an installation makes once and keeps for ever.

use async_trait::async_trait;
use symbolon_core::time::Timestamp;

use crate::{Applied, Result};

/// Secrets of the installation by name, sealed.
#[async_trait]
pub trait InstallationSecrets: Send + Sync {
    /// The secret of this name, if it was made.
    async fn installation_secret(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Keeps a secret that was made; `Conflict` when another instance has made one.
    async fn create_installation_secret(
        &self,
        name: &str,
        sealed: &[u8],
        now: Timestamp,
    ) -> Result<Applied>;

    /// Keeps it sealed anew.
    async fn reseal_installation_secret(&self, name: &str, sealed: &[u8]) -> Result<()>;
}
