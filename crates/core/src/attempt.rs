//! How many wrong passwords an account may see (requirements A5.3, A5.4; SP 800-63B-4 §3.2.2).
//!
//! An attempt is counted before the password is looked at, so a hundred at once count as a hundred;
//! the count is cleared by a right one. Waiting grows, nobody is locked out for good, and a browser
//! in which the account was used before has a count of its own, so that a stranger cannot keep the
//! owner out.

use crate::time::{Lifetime, Timestamp};

/// Wrong passwords that cost no waiting.
pub const FREE: u32 = 5;

/// Consecutive failures after which it is once a day (SP 800-63B-4: no more than 100).
pub const MOST: u32 = 100;

/// The count of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    /// Attempts since the last right password.
    pub failures: u32,
    /// When the last one was.
    pub last_at: Option<Timestamp>,
}

impl Attempts {
    /// Counts one more attempt.
    ///
    /// # Errors
    /// How long to wait, when it is too early.
    pub fn begin(self, now: Timestamp) -> Result<Self, Lifetime> {
        let next_at = self
            .last_at
            .map(|last_at| last_at.plus(delay(self.failures)));
        match next_at {
            Some(next_at) if now < next_at => Err(next_at.since(now)),
            _ => Ok(Self {
                failures: self.failures.saturating_add(1),
                last_at: Some(now),
            }),
        }
    }
}

/// How long to wait after so many failures: nothing, then 2, 4, 8 … seconds up to 15 minutes, then
/// a day.
pub fn delay(failures: u32) -> Lifetime {
    match failures {
        0..FREE => Lifetime::from_seconds(0),
        FREE..MOST => {
            let exponent = (failures - FREE + 1).min(10);
            Lifetime::from_seconds(2_u32.pow(exponent)).min(Lifetime::from_minutes(15))
        }
        MOST.. => Lifetime::from_days(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a5_3_a_year_of_guessing_has_fewer_than_500_guesses() {
        let mut attempts = Attempts::default();
        let mut guesses = 0;
        let mut now = Timestamp::from_seconds(0);
        while now < Timestamp::from_seconds(365 * 86_400) {
            match attempts.begin(now) {
                Ok(next) => (attempts, guesses) = (next, guesses + 1),
                Err(wait) => now = now.plus(wait),
            }
        }
        assert!(guesses < 500, "{guesses}");
    }

    #[test]
    fn five_wrong_passwords_cost_no_waiting_and_the_sixth_does() {
        let now = Timestamp::from_seconds(1000);
        let mut attempts = Attempts::default();
        for _ in 0..FREE {
            attempts = attempts.begin(now).unwrap_or_default();
        }
        assert_eq!(attempts.failures, FREE);
        assert_eq!(attempts.begin(now), Err(Lifetime::from_seconds(2)));
        assert!(attempts.begin(now.plus(Lifetime::from_seconds(2))).is_ok());
    }
}
