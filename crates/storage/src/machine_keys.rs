//! The interface of the keys of machine users.

use async_trait::async_trait;
use symbolon_core::{id::Id, machine_key::MachineKey, subject::Subject};

use crate::Result;

/// The public keys of machine users (RFC 7523 §2.1).
#[async_trait]
pub trait MachineKeys: Send + Sync {
    /// The keys of a machine user, also those that have ended, in the order in which they were made.
    async fn machine_keys(&self, machine: &Id<Subject>) -> Result<Vec<MachineKey>>;

    /// Adds a key, in the place of one of the same name.
    async fn put_machine_key(&self, key: &MachineKey) -> Result<()>;

    /// Makes the keys of a machine user exactly these.
    async fn put_machine_keys(&self, machine: &Id<Subject>, keys: &[MachineKey]) -> Result<()>;
}
