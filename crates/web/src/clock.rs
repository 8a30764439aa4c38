//! The machine's clock.

use symbolon_core::time::{Clock, Timestamp};

/// Tells the time of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the edge where the clock is read"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(time::OffsetDateTime::now_utc().unix_timestamp())
    }
}
