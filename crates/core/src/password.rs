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
    fn a5_1_composed_and_decomposed_letters_are_the_same_password() {
        let typed = |text| {
            Password::typed(text)
                .map(|password| password.expose().to_vec())
                .ok()
        };
        assert_eq!(typed("caf\u{e9}"), typed("cafe\u{301}"));
    }
}
