//! What was wrong, counted for a while, so that guessing has an end.
//!
//! In memory of each instance: the bound is then that many times the number of instances.

use std::{
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// The counts, by whom or what they are of.
pub struct Throttle<K> {
    failures: moka::sync::Cache<K, Arc<AtomicU32>>,
    most: u32,
}

impl<K: Eq + Hash + Send + Sync + 'static> Throttle<K> {
    /// Nothing counted yet. After `most` within `window` nothing is tried any more.
    pub fn new(most: u32, window: Duration, capacity: u64) -> Self {
        let failures = moka::sync::Cache::builder()
            .max_capacity(capacity)
            .time_to_live(window)
            .build();
        Self { failures, most }
    }

    /// Whether it was wrong too often.
    pub fn is_exhausted(&self, key: impl FnOnce() -> K) -> bool {
        // Almost always empty: then nothing is hashed or cloned for it.
        self.failures.entry_count() > 0
            && self
                .failures
                .get(&key())
                .is_some_and(|count| count.load(Ordering::Relaxed) >= self.most)
    }

    /// It was wrong once more.
    pub fn failed(&self, key: K) {
        let count = self.failures.get_with(key, Arc::default);
        count.fetch_add(1, Ordering::Relaxed);
        // The count of entries is settled by maintenance that reads do not trigger.
        self.failures.run_pending_tasks();
    }
}
