//! The code that a person types (RFC 8628 §6.1).

use std::fmt;

use crate::entropy::Entropy;

/// Capital consonants: no vowels, so that no word comes of it, and none that is taken for a digit.
const ALPHABET: [u8; 20] = *b"BCDFGHJKLMNPQRSTVWXZ";

/// 20 to the power of 8 are 34 bits: enough for what is good for some minutes and cannot be tried
/// often (RFC 8628 §5.1; requirement A6.8).
const LENGTH: usize = 8;

/// A code to type: `WDJB-MJHT`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UserCode([u8; LENGTH]);

/// A text is no code of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a code of eight consonants")]
pub struct NoUserCode;

impl UserCode {
    /// A new one. Every code is as likely as every other.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut code = [0; LENGTH];
        let mut drawn = Vec::new().into_iter();
        for letter in &mut code {
            *letter = loop {
                let Some(byte) = drawn.next() else {
                    let mut fresh = vec![0_u8; 2 * LENGTH];
                    entropy.fill(&mut fresh);
                    drawn = fresh.into_iter();
                    continue;
                };
                // 256 is no multiple of 20: the bytes beyond the last one would favour some letters.
                if let Some(letter) = letter_of(byte) {
                    break letter;
                }
            };
        }
        Self(code)
    }

    /// Reads what a person typed: in any case, with or without the hyphen and spaces.
    ///
    /// # Errors
    /// [`NoUserCode`].
    pub fn parse(typed: &str) -> Result<Self, NoUserCode> {
        // Longer than anybody types by accident, so it need not be walked over.
        if typed.len() > 64 {
            return Err(NoUserCode);
        }
        let letters: Vec<u8> = typed
            .bytes()
            .filter(|byte| !matches!(byte, b'-' | b' ' | b'_' | b'.' | b'\t'))
            .map(|byte| byte.to_ascii_uppercase())
            .collect();
        let code: [u8; LENGTH] = letters.try_into().map_err(|_| NoUserCode)?;
        if code.iter().all(|letter| ALPHABET.contains(letter)) {
            Ok(Self(code))
        } else {
            Err(NoUserCode)
        }
    }
}

fn letter_of(byte: u8) -> Option<u8> {
    let usable = 256 / ALPHABET.len() * ALPHABET.len();
    let byte = usize::from(byte);
    (byte < usable)
        .then(|| ALPHABET.get(byte % ALPHABET.len()).copied())
        .flatten()
}

impl fmt::Display for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, letter) in self.0.iter().enumerate() {
            if place == LENGTH / 2 {
                formatter.write_str("-")?;
            }
            write!(formatter, "{}", char::from(*letter))?;
        }
        Ok(())
    }
}

/// Whoever sees it could answer for the person.
impl fmt::Debug for UserCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("UserCode(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::atomic::{AtomicU8, Ordering};

    use super::*;

    /// Every byte in turn.
    struct Turn(AtomicU8);
    impl Entropy for Turn {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    #[test]
    fn a6_8_a_code_has_eight_consonants_each_as_likely_as_the_others() {
        let counts = (0..=u8::MAX).filter_map(letter_of);
        let mut counted = [0; 256];
        counts.for_each(|letter| counted[usize::from(letter)] += 1);
        for letter in ALPHABET {
            assert_eq!(counted[usize::from(letter)], 12);
            assert!(!b"AEIOUY".contains(&letter));
        }
        assert_eq!(ALPHABET.iter().collect::<HashSet<_>>().len(), 20);
        // Bytes from 240 on are passed over.
        let code = UserCode::generate(&Turn(AtomicU8::new(236)));
        assert_eq!(code.to_string(), "VWXZ-BCDF");
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = UserCode::parse("WDJB-MJHT");
        for typed in ["wdjbmjht", "WDJB MJHT", " w d j b-m j h t ", "WD_JB.MJ-HT"] {
            assert_eq!(UserCode::parse(typed), code, "{typed}");
        }
        assert_eq!(
            code.map(|code| code.to_string()),
            Ok("WDJB-MJHT".to_owned())
        );
        for other in [
            "",
            "WDJB",
            "WDJB-MJHTT",
            "WDJB-MJHA",
            "WDJB-MJH1",
            "WDJB-MJHÄ",
            "WDJB/MJHT",
            &"-".repeat(100),
        ] {
            assert_eq!(UserCode::parse(other), Err(NoUserCode), "{other}");
        }
    }
}
