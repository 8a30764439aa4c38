//! Spans of time as people write them: `12h`, `30m`, `1h30m`, `90d`; a bare number is seconds.
//!
//! Left out: weeks, months and years (their length is a matter of taste) and fractions (`1.5h`
//! is `1h30m`). Nothing here is finer than a second, because no lifetime on the wire is.

use std::{fmt, str::FromStr, time::Duration};

/// A span of whole seconds, at most about 136 years.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(u32);

/// The units from large to small, each with its length in seconds.
const UNITS: [(char, u32); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Why a text is no span of time. Reads on after the value: "`10x` has the unit ...".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecondsError {
    /// `1.5h`, `-5m`, `1,000`.
    #[error("has the character `{0}`: only whole numbers, each followed by a unit, are read")]
    Character(char),
    /// Nothing between the quotes.
    #[error("is empty")]
    Empty,
    /// `h`: a unit with no number before it.
    #[error("has no number before `{0}`")]
    NoNumber(char),
    /// `1h30`: one cannot tell what the 30 is.
    #[error("ends in a number without a unit")]
    NoUnit,
    /// `30m1h`, `1h1h`.
    #[error("has its units out of order: write each unit once, from large to small (1d12h30m10s)")]
    Order,
    /// More than fits.
    #[error("is too long")]
    TooLong,
    /// `500ms`, `2w`, `12H`.
    #[error("has the unit `{0}`: the units are d, h, m and s")]
    Unit(String),
}

impl Seconds {
    /// That many seconds.
    pub const fn new(seconds: u32) -> Self {
        Self(seconds)
    }

    /// The number of seconds.
    pub const fn count(self) -> u32 {
        self.0
    }
}

impl From<Seconds> for Duration {
    fn from(span: Seconds) -> Self {
        Self::from_secs(span.0.into())
    }
}

impl FromStr for Seconds {
    type Err = SecondsError;

    fn from_str(text: &str) -> Result<Self, SecondsError> {
        let mut rest = text.trim();
        if rest.is_empty() {
            return Err(SecondsError::Empty);
        }
        if rest.bytes().all(|byte| byte.is_ascii_digit()) {
            return rest.parse().map(Self).map_err(|_| SecondsError::TooLong);
        }
        let mut total = 0_u32;
        let mut units = UNITS.iter();
        while let Some(first) = rest.chars().next() {
            let (number, unit, after) = piece(rest, first)?;
            if !UNITS.iter().any(|(name, _)| unit.chars().eq([*name])) {
                return Err(SecondsError::Unit(unit.to_owned()));
            }
            // The iterator only moves on, so a unit that repeats or comes late is not found.
            let (_, length) = units
                .find(|(name, _)| unit.chars().eq([*name]))
                .ok_or(SecondsError::Order)?;
            let number: u32 = number.parse().map_err(|_| SecondsError::TooLong)?;
            total = number
                .checked_mul(*length)
                .and_then(|span| total.checked_add(span))
                .ok_or(SecondsError::TooLong)?;
            rest = after.trim_start();
        }
        Ok(Self(total))
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return formatter.write_str("0s");
        }
        let mut rest = self.0;
        for (unit, length) in UNITS {
            if rest >= length {
                write!(formatter, "{}{unit}", rest / length)?;
                rest %= length;
            }
        }
        Ok(())
    }
}

/// Splits `30m10s` into `30`, `m` and `10s`.
fn piece(text: &str, first: char) -> Result<(&str, &str, &str), SecondsError> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, after) = text.split_at(digits);
    let letters = after.len() - after.trim_start_matches(char::is_alphabetic).len();
    let (unit, after_unit) = after.split_at(letters);
    if number.is_empty() {
        let stray = !first.is_alphabetic();
        return Err(if stray {
            SecondsError::Character(first)
        } else {
            SecondsError::NoNumber(first)
        });
    }
    match after.chars().next() {
        None => Err(SecondsError::NoUnit),
        Some(stray) if !stray.is_alphabetic() => Err(SecondsError::Character(stray)),
        Some(_) => Ok((number, unit, after_unit)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<u32, SecondsError> {
        text.parse().map(Seconds::count)
    }

    #[test]
    fn every_unit_and_their_sums_are_read() {
        for (text, seconds) in [
            ("60s", 60),
            ("30m", 1_800),
            ("12h", 43_200),
            ("90d", 7_776_000),
            ("1h30m", 5_400),
            ("1d 12h 30m 10s", 131_410),
            ("0s", 0),
            (" 5m ", 300),
            ("90m", 5_400),
        ] {
            assert_eq!(read(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_seconds() {
        assert_eq!(read("45"), Ok(45));
        assert_eq!(read("0"), Ok(0));
        assert_eq!(read("4294967295"), Ok(u32::MAX));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (text, error) in [
            ("", SecondsError::Empty),
            ("   ", SecondsError::Empty),
            ("h", SecondsError::NoNumber('h')),
            ("1h30", SecondsError::NoUnit),
            ("1.5h", SecondsError::Character('.')),
            ("-5m", SecondsError::Character('-')),
            ("1,000", SecondsError::Character(',')),
            ("٣s", SecondsError::Character('٣')),
            ("500ms", SecondsError::Unit("ms".to_owned())),
            ("2w", SecondsError::Unit("w".to_owned())),
            ("12H", SecondsError::Unit("H".to_owned())),
            ("30m1h", SecondsError::Order),
            ("1h1h", SecondsError::Order),
            ("4294967296", SecondsError::TooLong),
            ("49711d", SecondsError::TooLong),
            ("99999999999999999999d", SecondsError::TooLong),
            ("49710d23h59m59s", SecondsError::TooLong),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }

    #[test]
    fn a_span_is_shown_in_the_largest_units_that_fit() {
        for (seconds, text) in [
            (0, "0s"),
            (59, "59s"),
            (43_200, "12h"),
            (7_776_000, "90d"),
            (90_061, "1d1h1m1s"),
        ] {
            assert_eq!(Seconds::new(seconds).to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(seconds: u32) {
            prop_assert_eq!(read(&Seconds::new(seconds).to_string()), Ok(seconds));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "[0-9dhmsµ .,-]{0,24}") {
            let _ = read(&text);
        }
    }
}
