//! Wrong client secrets, limited by client and address (requirement A3.3).
//!
//! A generated secret has 256 bits and cannot be guessed; a declared one may be worse. Counting by
//! client *and* address keeps a stranger from shutting a client out. In memory of each instance:
//! the bound is then that many times the number of instances.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use symbolon_core::{client::Client, id::Id};

/// Wrong secrets within [`WINDOW`] after which nothing is tried any more.
const MOST: u32 = 30;

/// For how long they are remembered.
const WINDOW: Duration = Duration::from_secs(60);

/// The counts.
pub struct Throttle {
    failures: moka::sync::Cache<(Id<Client>, IpAddr), Arc<AtomicU32>>,
}

impl Throttle {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let failures = moka::sync::Cache::builder()
            .max_capacity(10_000)
            .time_to_live(WINDOW)
            .build();
        Self { failures }
    }

    /// Whether a client at an address was wrong too often.
    pub fn is_exhausted(&self, client: &Id<Client>, address: IpAddr) -> bool {
        // Almost always empty: then nothing is hashed or cloned for it.
        self.failures.entry_count() > 0
            && self
                .failures
                .get(&(client.clone(), address))
                .is_some_and(|count| count.load(Ordering::Relaxed) >= MOST)
    }

    /// It was wrong once more.
    pub fn failed(&self, client: &Id<Client>, address: IpAddr) {
        let count = self
            .failures
            .get_with((client.clone(), address), Arc::default);
        count.fetch_add(1, Ordering::Relaxed);
        // The count of entries is settled by maintenance that reads do not trigger.
        self.failures.run_pending_tasks();
    }
}
