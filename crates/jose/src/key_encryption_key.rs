//! The key-encryption key: the one secret that an operator keeps outside of the database.
//!
//! It is 256 random bits, written as base64 in a file or an environment variable. A password is
//! not one: nothing here makes guessing slow.

use std::fmt;

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::{
    STANDARD, STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT,
};
use zeroize::Zeroizing;

/// 256 secret bits. `Debug` shows the id and nothing else; the bytes are wiped on drop.
#[derive(Clone)]
pub struct KeyEncryptionKey {
    bytes: Zeroizing<[u8; 32]>,
}

impl KeyEncryptionKey {
    /// Makes a new key.
    ///
    /// # Panics
    /// When the operating system gives no randomness, which a running machine always does.
    #[must_use]
    pub fn generate() -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(&mut *bytes).expect("the operating system gives randomness");
        Self { bytes }
    }

    /// Reads base64 or base64url, with or without padding, with white space around it (a file ends
    /// with a line break).
    ///
    /// # Errors
    /// A [`KeyEncryptionKeyError`] that says how to make a proper key, and quotes nothing of this
    /// one.
    pub fn from_base64(text: &str) -> Result<Self, KeyEncryptionKeyError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(KeyEncryptionKeyError::Empty);
        }
        // 64 hexadecimal digits are valid base64 too, of 48 bytes that nobody meant.
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(KeyEncryptionKeyError::Hexadecimal);
        }
        let decoded = STANDARD_PAD_INDIFFERENT
            .decode(text)
            .or_else(|_| URL_SAFE_PAD_INDIFFERENT.decode(text))
            .map(Zeroizing::new)
            .map_err(|_| KeyEncryptionKeyError::NotBase64)?;
        let mut bytes = Zeroizing::new([0; 32]);
        if decoded.len() != bytes.len() {
            return Err(KeyEncryptionKeyError::WrongLength {
                bytes: decoded.len(),
            });
        }
        bytes.copy_from_slice(&decoded);
        Ok(Self { bytes })
    }

    /// The key as base64 with padding, for the file that an operator keeps.
    #[must_use]
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(*self.bytes))
    }

    /// The public name of the key, in hexadecimal: what a sealed value says about the key that
    /// opens it. It is the beginning of a digest and gives nothing of the key away.
    #[must_use]
    pub fn id(&self) -> String {
        hexadecimal(self.id_bytes())
    }

    pub(crate) fn id_bytes(&self) -> [u8; 4] {
        let digest = digest::digest(&digest::SHA256, &*self.bytes);
        let mut id = [0; 4];
        id.iter_mut()
            .zip(digest.as_ref())
            .for_each(|(to, from)| *to = *from);
        id
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Debug for KeyEncryptionKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("KeyEncryptionKey")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}

pub(crate) fn hexadecimal(id: [u8; 4]) -> String {
    format!("{:08x}", u32::from_be_bytes(id))
}

/// Why a text is not a key-encryption key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyEncryptionKeyError {
    /// Nothing but white space.
    #[error("the key-encryption key is empty: make one with `openssl rand -base64 32`")]
    Empty,
    /// 64 hexadecimal digits.
    #[error(
        "the key-encryption key is written in hexadecimal and has to be base64: \
         convert it with `xxd -r -p | base64`, or make one with `openssl rand -base64 32`"
    )]
    Hexadecimal,
    /// Characters that neither alphabet has, or that only one of them has, mixed.
    #[error(
        "the key-encryption key is not base64 (44 characters that encode 32 bytes): \
         make one with `openssl rand -base64 32`"
    )]
    NotBase64,
    /// Base64 of too few or too many bytes.
    #[error(
        "the key-encryption key is {bytes} bytes long and has to be 32: \
         make one with `openssl rand -base64 32`"
    )]
    WrongLength {
        /// How many bytes the text encodes.
        bytes: usize,
    },
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn both_alphabets_are_read_with_and_without_padding() {
        let bytes: [u8; 32] = std::array::from_fn(|at| 0xf8 | (at as u8 & 7));
        for text in [
            "+Pn6+/z9/v/4+fr7/P3+//j5+vv8/f7/+Pn6+/z9/v8=",
            "+Pn6+/z9/v/4+fr7/P3+//j5+vv8/f7/+Pn6+/z9/v8",
            "-Pn6-_z9_v_4-fr7_P3-__j5-vv8_f7_-Pn6-_z9_v8=",
            " -Pn6-_z9_v_4-fr7_P3-__j5-vv8_f7_-Pn6-_z9_v8\r\n",
        ] {
            let key = KeyEncryptionKey::from_base64(text).unwrap();
            assert_eq!(key.bytes(), &bytes, "{text}");
            assert_eq!(
                *key.to_base64(),
                "+Pn6+/z9/v/4+fr7/P3+//j5+vv8/f7/+Pn6+/z9/v8="
            );
        }
    }

    #[test]
    fn anything_but_32_bytes_is_refused_with_what_to_do() {
        use KeyEncryptionKeyError as Refused;
        for (text, refused) in [
            ("", Refused::Empty),
            (" \n", Refused::Empty),
            ("correct horse battery staple", Refused::NotBase64),
            ("+Pn6-_z9_v_4", Refused::NotBase64),
            ("AAAA", Refused::WrongLength { bytes: 3 }),
            (&"A".repeat(64), Refused::Hexadecimal),
            (&"z".repeat(64), Refused::WrongLength { bytes: 48 }),
            (&"0123456789abcdef".repeat(4), Refused::Hexadecimal),
        ] {
            let error = KeyEncryptionKey::from_base64(text).unwrap_err();
            assert_eq!(error, refused, "{text}");
            assert!(error.to_string().contains("openssl rand -base64 32"));
        }
    }

    #[test]
    fn two_generated_keys_differ_and_neither_shows_itself() {
        let (one, other) = (KeyEncryptionKey::generate(), KeyEncryptionKey::generate());
        assert_ne!(one.bytes(), other.bytes());
        let shown = format!("{one:?}");
        assert_eq!(
            shown,
            format!("KeyEncryptionKey {{ id: {:?}, .. }}", one.id())
        );
    }
}
