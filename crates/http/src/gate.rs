//! How many passwords of one account are looked at at once.
//!
//! An attempt counts as a failure until its password has proven right. Without this gate, the sixth
//! of several simultaneous sign-ins to one account would be told to wait for failures that are none.
//! So an instance lets no more of them begin than cost no waiting; the next one waits for an answer.

use std::{sync::Arc, time::Duration};

use symbolon_core::attempt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// For how long an account that nobody signs in to keeps its place.
const IDLE: Duration = Duration::from_secs(120);

/// The accounts that somebody is signing in to.
pub struct Gate {
    accounts: moka::sync::Cache<Vec<u8>, Arc<Semaphore>>,
}

impl Gate {
    /// Nobody is signing in yet.
    pub fn new() -> Self {
        let accounts = moka::sync::Cache::builder()
            .max_capacity(10_000)
            .time_to_idle(IDLE)
            .build();
        Self { accounts }
    }

    /// Waits for a turn. It ends when the permit is dropped.
    pub async fn pass(&self, account: &[u8]) -> Option<OwnedSemaphorePermit> {
        let permits = usize::try_from(attempt::FREE).unwrap_or(1);
        let semaphore = self
            .accounts
            .get_with(account.to_vec(), || Arc::new(Semaphore::new(permits)));
        // `None` only for a closed semaphore, and nobody closes one.
        semaphore.acquire_owned().await.ok()
    }
}
