//! What was wrong, counted for a while, so that guessing has an end.
//!
//! In memory of each instance: the bound is then that many times the number of instances.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use symbolon_web::memory::{Age, Memory};

/// The counts, by the name of whom or what they are of.
pub struct Throttle {
    failures: Memory<str, AtomicU32>,
    most: u32,
}

impl Throttle {
    /// Nothing counted yet. After `most` within `window` nothing is tried any more.
    pub fn new(most: u32, window: Duration, capacity: u64) -> Self {
        let failures = Memory::new(capacity, Age::SinceKept(window));
        Self { failures, most }
    }

    /// Whether it was wrong too often.
    pub fn is_exhausted(&self, name: impl FnOnce() -> String) -> bool {
        // Almost always empty: then nothing is named, hashed or looked up.
        !self.failures.is_empty()
            && self
                .failures
                .value(&name())
                .is_some_and(|count| count.load(Ordering::Relaxed) >= self.most)
    }

    /// It was wrong once more.
    pub fn failed(&self, name: &str) {
        let count = self.failures.value_or_default(name);
        count.fetch_add(1, Ordering::Relaxed);
        // The count of entries is settled by maintenance that reads do not trigger.
        self.failures.settle();
    }
}
