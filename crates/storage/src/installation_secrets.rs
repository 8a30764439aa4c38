//! The interface of what an installation makes for itself, beside its signing keys.

use async_trait::async_trait;
use symbolon_core::{encryption::KeyManagement, id::Id, keys::SigningKey, time::Timestamp};

use crate::{Applied, Result, StoredKey};

/// Secrets of the installation by name, and the keys that others encrypt for; sealed.
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

    /// All keys that others encrypt for.
    async fn encryption_keys(&self) -> Result<Vec<StoredKey<KeyManagement>>>;

    /// Adds one; `Conflict` when its generation exists already: another instance made it.
    async fn create_encryption_key(&self, key: &StoredKey<KeyManagement>) -> Result<Applied>;

    /// Seals one anew.
    async fn reseal_encryption_key(&self, id: &Id<SigningKey>, sealed: &[u8]) -> Result<()>;
}
