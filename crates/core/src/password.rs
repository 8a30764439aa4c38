//! Passwords: what may be typed, and what may be chosen (SP 800-63B-4 §3.1.1; requirement A5.1).
//!
//! Length is what counts: 15 characters, no rules of composition, any Unicode, nothing cut off.
//! Hashing is at the edge (`symbolon-web`): it takes memory, time and a salt.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The shortest password that may be chosen, in code points: the account has no second factor.
pub const SHORTEST: usize = 15;

/// The longest password in bytes. More is refused before it is hashed, never cut.
pub const LONGEST: usize = 1024;

/// The passwords of at least [`SHORTEST`] characters among the 30,000 most common ones of public
/// leaks, in lower case and in order. The others are too short to be chosen anyway.
const COMMON: [&str; 31] = [
    "111222333444555",
    "122333444455555",
    "1234567887654321",
    "12345678900987654321",
    "1234567890987654321",
    "1234567890qwerty",
    "12345678987654321",
    "123456789987654321",
    "123456789qwerty",
    "1234qwerasdfzxcv",
    "1qa2ws3ed4rf5tg",
    "1qaz2wsx3edc4rfv",
    "1qazxsw23edcvfr4",
    "23176djivanfros",
    "bpgjldsgjldthnf",
    "hd764nw5d7e1vb1",
    "lhbjkjubz2957704",
    "mailcreated5240",
    "momsanaladventure",
    "nemvxyheqdd5oqxyxyzi",
    "passwordstandard",
    "polniypizdec0211",
    "polniypizdec110211",
    "q1w2e3r4t5y6u7i8",
    "q1w2e3r4t5y6u7i8o9p0",
    "qazwsxedcrfvtgb",
    "qwertasdfgzxcvb",
    "qwerty123456789",
    "qwertyuiop12345",
    "zqjphsyf6ctifgu",
    "zxcvbnm123456789",
];

/// A password in the clear, in the one form in which it is hashed (NFC). Does not print.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// Why a text is no password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Built around the person's own name or the product's.
    #[error(
        "this password is mostly a user name, an e-mail address or the name of this service; choose something that others cannot guess"
    )]
    Context,
    /// Among the passwords that everybody tries first.
    #[error("this password is among the most common ones; choose something that is yours alone")]
    Common,
    /// One or two characters over and over.
    #[error("this password repeats the same few characters; choose something less regular")]
    Monotonous,
    /// More than [`LONGEST`] bytes.
    #[error("a password has at most 1024 bytes")]
    TooLong,
    /// Fewer than [`SHORTEST`] characters.
    #[error("a password has at least 15 characters; a few words in a row are easy to remember")]
    TooShort,
    /// Nothing at all.
    #[error("the password is empty")]
    Empty,
}

impl Password {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`PasswordError::Empty`], [`PasswordError::TooLong`].
    pub fn typed(text: &str) -> Result<Self, PasswordError> {
        if text.is_empty() {
            return Err(PasswordError::Empty);
        }
        if text.len() > LONGEST {
            return Err(PasswordError::TooLong);
        }
        Ok(Self(Zeroizing::new(text.nfc().collect())))
    }

    /// Reads what was chosen as a new password. `context` are words that others would try first:
    /// user name, e-mail address, organization.
    ///
    /// # Errors
    /// [`PasswordError`] names the rule it breaks.
    pub fn chosen(text: &str, context: &[&str]) -> Result<Self, PasswordError> {
        let password = Self::typed(text)?;
        if password.0.chars().count() < SHORTEST {
            return Err(PasswordError::TooShort);
        }
        if COMMON
            .binary_search(&password.0.to_lowercase().as_str())
            .is_ok()
        {
            return Err(PasswordError::Common);
        }
        let mut characters: Vec<char> = password.0.to_lowercase().chars().collect();
        let left = without_words(&characters, context);
        characters.sort_unstable();
        characters.dedup();
        if characters.len() < 5 {
            return Err(PasswordError::Monotonous);
        }
        if left < SHORTEST / 2 {
            Err(PasswordError::Context)
        } else {
            Ok(password)
        }
    }

    /// The bytes to hash. The name is long so that every use is seen in review.
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}

/// How many characters are left when the words of the context are taken out.
fn without_words(characters: &[char], context: &[&str]) -> usize {
    let mut text: String = characters.iter().collect();
    let mut words: Vec<String> = context
        .iter()
        .chain(&["symbolon", "password", "passwort", "qwerty", "123456"])
        .filter(|word| word.chars().count() >= 3)
        .map(|word| word.to_lowercase())
        .collect();
    // The longest first: an address is not to be saved by the user name inside of it.
    words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    for word in words {
        text = text.replace(&word, "");
    }
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a5_1_a_new_password_has_fifteen_characters_of_any_kind() {
        assert_eq!(
            Password::chosen("short", &[]).err(),
            Some(PasswordError::TooShort)
        );
        assert!(Password::chosen("correct horse battery staple", &["alice"]).is_ok());
        assert!(Password::chosen("пароль из четырёх слов", &[]).is_ok());
    }

    #[test]
    fn a5_1_a_password_is_refused_when_too_long_and_never_cut() {
        assert_eq!(
            Password::typed(&"a".repeat(1025)).err(),
            Some(PasswordError::TooLong)
        );
        let Ok(long) = Password::typed(&"a".repeat(1024)) else {
            panic!("1024 bytes are allowed")
        };
        assert_eq!(long.expose().len(), 1024);
    }

    #[test]
    fn a5_1_what_others_would_try_first_is_refused() {
        for text in [
            "alicealicealice123",
            "symbolonsymbolon1",
            "password123456password",
        ] {
            let error = Password::chosen(text, &["alice"]).err();
            assert_eq!(error, Some(PasswordError::Context), "{text}");
        }
        let address = "alice.archer@acme.example";
        let error = Password::chosen(address, &["alice", address]).err();
        assert_eq!(error, Some(PasswordError::Context));
        let error = Password::chosen("abababababababababab", &[]).err();
        assert_eq!(error, Some(PasswordError::Monotonous));
    }

    #[test]
    fn a5_1_what_everybody_tries_first_is_refused() {
        assert!(COMMON.is_sorted(), "it is searched by halves");
        for text in ["1qaz2wsx3edc4rfv", "1QAZ2WSX3EDC4RFV", "mailcreated5240"] {
            let error = Password::chosen(text, &[]).err();
            assert_eq!(error, Some(PasswordError::Common), "{text}");
        }
    }

    #[test]
    fn a5_1_composed_and_decomposed_letters_are_the_same_password() {
        let typed = |text| {
            Password::typed(text)
                .map(|password| password.expose().to_vec())
                .ok()
        };
        assert_eq!(typed("caf\u{e9}"), typed("cafe\u{301}"));
    }
}
