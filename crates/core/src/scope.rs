//! Scopes (RFC 6749 §3.3): a set of words that keeps the order in which they were asked for.

use std::fmt;

/// The most words one request may name.
pub const MOST: usize = 64;

/// One scope word, such as `openid` or `Invora.Simple.Invoices.v1.Modify.Create`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeWord(Box<str>);

/// A set of [`ScopeWord`]s in the order of the request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Scope(Vec<ScopeWord>);

/// Why a text is no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// A character that RFC 6749 §3.3 does not permit, or a word of more than 128 bytes.
    #[error(
        "a scope is words of at most 128 visible ASCII characters without \" and \\, separated by single spaces"
    )]
    Word,
    /// More than [`MOST`] words.
    #[error("a scope has at most 64 words")]
    TooMany,
}

impl ScopeWord {
    /// Reads one word.
    ///
    /// # Errors
    /// [`ScopeError::Word`].
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let permitted = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if text.is_empty() || text.len() > 128 || !text.bytes().all(permitted) {
            return Err(ScopeError::Word);
        }
        Ok(Self(text.into()))
    }

    /// The word as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Scope {
    /// Reads the `scope` parameter. A word that stands twice counts once.
    ///
    /// # Errors
    /// [`ScopeError`].
    pub fn parse(text: &str) -> Result<Self, ScopeError> {
        let mut scope = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let word = ScopeWord::parse(word)?;
            if !scope.0.contains(&word) {
                if scope.0.len() == MOST {
                    return Err(ScopeError::TooMany);
                }
                scope.0.push(word);
            }
        }
        Ok(scope)
    }

    /// Whether the word is in the set.
    pub fn contains(&self, word: &str) -> bool {
        self.0.iter().any(|own| own.as_str() == word)
    }

    /// Whether every word of `other` is in this set.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|word| self.0.contains(word))
    }

    /// The words for which `keep` holds, in their order.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(&str) -> bool) -> Self {
        Self(
            self.0
                .iter()
                .filter(|word| keep(word.as_str()))
                .cloned()
                .collect(),
        )
    }

    /// This set and then the words of `other` that it lacks, as far as there is room: what comes
    /// last is what is left out.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        let lacking = other
            .0
            .iter()
            .filter(|word| !self.0.contains(word))
            .cloned();
        all.0
            .extend(lacking.take(MOST.saturating_sub(self.0.len())));
        all
    }

    /// This set and one word more. Whoever calls this has left out another one, so there is room.
    #[must_use]
    pub fn with(mut self, word: &'static str) -> Self {
        if !self.contains(word) {
            self.0.push(ScopeWord(word.into()));
        }
        self
    }

    /// The words in their order.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(ScopeWord::as_str)
    }

    /// Whether no word is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, word) in self.words().enumerate() {
            if index > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(word)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\"{self}\"")
    }
}

impl fmt::Debug for ScopeWord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl serde::Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Scope {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// The scopes that OpenID Connect defines, in the order in which they are advertised.
pub const STANDARD: [&str; 6] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
];
