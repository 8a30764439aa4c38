//! The clock of the machine, and waiting times that differ.

use std::{
    hash::{BuildHasher, RandomState},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use symbolon_core::time::{Clock, Timestamp};

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the outside world begins"
    )]
    fn now(&self) -> Timestamp {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = now.map_or(0, |since| since.as_secs());
        Timestamp::from_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}

/// A time between four and six fifths of this one, another at each call: a hundred processes that
/// were started at once are not to ask at once for ever.
pub fn jittered(about: Duration) -> Duration {
    // A new `RandomState` hashes differently from every other one.
    let random = RandomState::new().hash_one(0_u8);
    let share = u32::try_from(random % 401).unwrap_or(0);
    about * (800 + share) / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_times_differ_by_a_fifth_at_the_most() {
        let about = Duration::from_secs(1);
        let all: std::collections::BTreeSet<_> = (0..100).map(|_| jittered(about)).collect();
        assert!(all.len() > 10, "{all:?}");
        let least = Duration::from_millis(800);
        assert!(all.iter().all(|one| (least..=about * 6 / 5).contains(one)));
    }
}
