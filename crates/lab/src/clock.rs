//! A clock that can be set, frozen and forwarded.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use symbolon_core::time::{Clock, Timestamp};
use symbolon_web::clock::SystemClock;

/// How far from the machine's clock it is, or where it stands still.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Setting {
    /// So many seconds ahead of the machine, or behind it.
    Offset(i64),
    /// Always this moment.
    Frozen(i64),
}

/// The clock of a lab.
pub(crate) struct LabClock(Mutex<Setting>);

impl LabClock {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Setting::Offset(0)))
    }

    pub(crate) fn setting(&self) -> Setting {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn put(&self, setting: Setting) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = setting;
    }

    /// Goes on from this moment.
    pub(crate) fn set(&self, now: i64) {
        self.put(Setting::Offset(now - SystemClock.now().seconds()));
    }

    /// Later by so many seconds; a frozen clock stays frozen.
    pub(crate) fn forward(&self, seconds: i64) {
        self.put(match self.setting() {
            Setting::Offset(offset) => Setting::Offset(offset.saturating_add(seconds)),
            Setting::Frozen(at) => Setting::Frozen(at.saturating_add(seconds)),
        });
    }

    /// Stands still from now on.
    pub(crate) fn freeze(&self) {
        self.put(Setting::Frozen(self.now().seconds()));
    }

    /// Goes on from where it stands.
    pub(crate) fn resume(&self) {
        self.set(self.now().seconds());
    }
}

impl Clock for LabClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(match self.setting() {
            Setting::Offset(offset) => SystemClock.now().seconds().saturating_add(offset),
            Setting::Frozen(at) => at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_stands_until_it_is_forwarded() {
        let clock = LabClock::new();
        clock.set(1_000);
        clock.put(Setting::Frozen(1_000));
        assert_eq!(clock.now().seconds(), 1_000);
        clock.forward(60);
        assert_eq!(clock.now().seconds(), 1_060);
    }
}
