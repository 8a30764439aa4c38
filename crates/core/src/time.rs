//! Instants and lifetimes in whole seconds, and the clock as an interface.

use std::fmt;

/// A moment: seconds since 1970-01-01T00:00:00Z, as in a `NumericDate` (RFC 7519 §2).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A span of whole seconds.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Lifetime(u32);

/// Tells the time. The only implementation for production is at the edge (`symbolon-web`).
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

impl Timestamp {
    /// The moment `seconds` after the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since the epoch.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The moment a lifetime later.
    #[must_use]
    pub const fn plus(self, lifetime: Lifetime) -> Self {
        Self(self.0.saturating_add(lifetime.0 as i64))
    }

    /// The moment a lifetime earlier.
    #[must_use]
    pub const fn minus(self, lifetime: Lifetime) -> Self {
        Self(self.0.saturating_sub(lifetime.0 as i64))
    }

    /// Whole seconds from `earlier` to here, zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Lifetime {
        Lifetime(u32::try_from(self.0.saturating_sub(earlier.0).max(0)).unwrap_or(u32::MAX))
    }
}

impl Lifetime {
    /// A span of `seconds`.
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    /// A span of `minutes`.
    pub const fn from_minutes(minutes: u32) -> Self {
        Self(minutes * 60)
    }

    /// A span of `hours`.
    pub const fn from_hours(hours: u32) -> Self {
        Self(hours * 3600)
    }

    /// A span of `days`.
    pub const fn from_days(days: u32) -> Self {
        Self(days * 86_400)
    }

    /// The span in seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => formatter.write_str("1 second"),
            seconds if seconds < 120 => write!(formatter, "{seconds} seconds"),
            seconds if seconds < 7200 => write!(formatter, "{} minutes", seconds.div_ceil(60)),
            seconds => write!(formatter, "{} hours", seconds.div_ceil(3600)),
        }
    }
}
