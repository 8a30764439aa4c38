//! How many passwords of one account are looked at at once.
//!
//! An attempt counts as a failure until its password has proven right. Without this gate, the sixth
//! of several simultaneous sign-ins to one account would be told to wait for failures that are none.
//! So an instance lets no more of them begin than cost no waiting; the next one waits for an answer.

use std::{sync::Arc, time::Duration};

use symbolon_core::attempt;
use symbolon_web::memory::{Age, Memory};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// For how long an account that nobody signs in to keeps its place.
const IDLE: Duration = Duration::from_secs(120);

/// The accounts that somebody is signing in to.
pub struct Gate {
    accounts: Memory<[u8], Turns>,
}

struct Turns(Arc<Semaphore>);

impl Default for Turns {
    fn default() -> Self {
        let permits = usize::try_from(attempt::FREE).unwrap_or(1);
        Self(Arc::new(Semaphore::new(permits)))
    }
}

impl Gate {
    /// Nobody is signing in yet.
    pub fn new() -> Self {
        Self {
            accounts: Memory::new(10_000, Age::SinceUsed(IDLE)),
        }
    }

    /// Waits for a turn. It ends when the permit is dropped.
    pub async fn pass(&self, account: &[u8]) -> Option<OwnedSemaphorePermit> {
        let turns = self.accounts.value_or_default(account);
        // `None` only for a closed semaphore, and nobody closes one.
        Arc::clone(&turns.0).acquire_owned().await.ok()
    }
}
