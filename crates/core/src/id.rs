//! Identifiers that know what they identify: an `Id<Client>` does not fit where an
//! `Id<Organization>` is due.

use std::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    marker::PhantomData,
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{entropy::Entropy, time::Timestamp};

/// The longest identifier in bytes. Client identifiers that are URLs must fit.
pub const LONGEST: usize = 256;

/// An identifier of a `K`: 1 to [`LONGEST`] visible ASCII characters that need no escaping in
/// HTML, JSON or a log line.
pub struct Id<K> {
    text: Arc<str>,
    kind: PhantomData<fn() -> K>,
}

/// Why a text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// A character outside the permitted set.
    #[error("an identifier has only the characters A-Z a-z 0-9 and . _ ~ - : @ / + = % & ? #")]
    Character,
    /// No character at all.
    #[error("an identifier has at least one character")]
    Empty,
    /// More than [`LONGEST`] bytes.
    #[error("an identifier has at most 256 characters")]
    TooLong,
}

impl<K> Id<K> {
    /// Reads an identifier that came from outside.
    ///
    /// # Errors
    /// [`IdError`] says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.len() > LONGEST {
            return Err(IdError::TooLong);
        }
        let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"._~-:@/+=%&?#".contains(&byte);
        if !text.bytes().all(permitted) {
            return Err(IdError::Character);
        }
        Ok(Self::trusted(text))
    }

    /// A new identifier that sorts by its time of birth (a UUID of version 7, RFC 9562 §5.7).
    pub fn generate(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut random = [0; 10];
        entropy.fill(&mut random);
        let milliseconds = u64::try_from(now.seconds())
            .unwrap_or(0)
            .saturating_mul(1000);
        let uuid = uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid();
        Self::trusted(&uuid.to_string())
    }

    /// A new identifier of 128 random bits that says nothing about its time of birth.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut random = [0; 16];
        entropy.fill(&mut random);
        Self::trusted(&URL_SAFE_NO_PAD.encode(random))
    }

    /// An identifier that is made of these bytes, 1 to 192 of them.
    pub(crate) fn encoded(bytes: &[u8]) -> Self {
        Self::trusted(&URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The same text as an identifier of another kind: to see whether it is taken there.
    #[must_use]
    pub fn retyped<Other>(&self) -> Id<Other> {
        Id {
            text: Arc::clone(&self.text),
            kind: PhantomData,
        }
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn trusted(text: &str) -> Self {
        Self {
            text: Arc::from(text),
            kind: PhantomData,
        }
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self {
            text: Arc::clone(&self.text),
            kind: PhantomData,
        }
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, formatter)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl<K> serde::Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K> serde::Deserialize<'de> for Id<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}
