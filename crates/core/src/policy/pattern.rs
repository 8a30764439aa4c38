//! What a rule speaks of: one scope, or all scopes below a prefix.
//!
//! - `Invora.Simple.Invoices.v1.Read` is that scope and no other.
//! - `Invora.Simple.Invoices.*` is every scope that has one or more further segments. It is not
//!   `Invora.Simple.Invoices` itself, and not `Invora.Simple.InvoicesArchive.Read`: a segment
//!   matches as a whole or not at all.
//! - `*` is every scope of every API. It is no scope of OpenID Connect: those are not granted.
//!
//! Left out: a wildcard at the front, in the middle or inside of a segment, sets of alternatives,
//! regular expressions. With prefixes alone, the rules that matter for a scope are found by walking
//! along its segments, and a person sees at a glance whether one pattern includes another.

use std::{fmt, sync::Arc};

use crate::policy::api_scope::{ApiScope, ApiScopeError, LONGEST, MOST_SEGMENTS, count_segments};

/// Which scopes a rule speaks of. [`LONGEST`] bytes and [`MOST_SEGMENTS`] segments at most, the
/// wildcard included.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopePattern(Arc<str>);

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// What is there, but for the wildcard, is no scope.
    #[error(transparent)]
    Scope(#[from] ApiScopeError),
    /// A `*` that is not the last segment, or not all of it.
    #[error("a * stands alone or as the whole of the last segment, such as Invoices.*")]
    Wildcard,
}

/// The three kinds of pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// All below this prefix.
    Below(&'a str),
    /// `*`.
    Everything,
    /// This scope.
    Exactly(&'a str),
}

impl ScopePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`PatternError`] says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text == "*" {
            return Ok(Self(text.into()));
        }
        if text.len() > LONGEST {
            return Err(ApiScopeError::TooLong.into());
        }
        let prefix = text.strip_suffix(".*");
        if prefix.unwrap_or(text).contains('*') {
            return Err(PatternError::Wildcard);
        }
        match prefix {
            Some(prefix) if count_segments(prefix)? == MOST_SEGMENTS => {
                return Err(ApiScopeError::TooManySegments.into());
            }
            Some(_) => {}
            None => drop(ApiScope::parse(text)?),
        }
        Ok(Self(text.into()))
    }

    /// Whether the scope is one of those that the pattern speaks of.
    pub fn matches(&self, scope: &ApiScope) -> bool {
        match self.shape() {
            Shape::Below(prefix) => {
                let rest = scope.as_str().strip_prefix(prefix);
                rest.is_some_and(|rest| rest.starts_with('.'))
            }
            Shape::Everything => true,
            Shape::Exactly(own) => own == scope.as_str(),
        }
    }

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn shape(&self) -> Shape<'_> {
        match self.0.strip_suffix(".*") {
            Some(prefix) => Shape::Below(prefix),
            None if &*self.0 == "*" => Shape::Everything,
            None => Shape::Exactly(&self.0),
        }
    }
}

impl From<&ApiScope> for ScopePattern {
    /// The pattern of this scope and no other.
    fn from(scope: &ApiScope) -> Self {
        Self(scope.as_str().into())
    }
}

impl fmt::Debug for ScopePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Display for ScopePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl serde::Serialize for ScopePattern {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for ScopePattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn matches(pattern: &str, scope: &str) -> bool {
        ScopePattern::parse(pattern)
            .unwrap()
            .matches(&ApiScope::parse(scope).unwrap())
    }

    #[test]
    fn an_exact_pattern_matches_itself_alone() {
        assert!(matches("Invoices.Read", "Invoices.Read"));
        for other in ["Invoices.Read.All", "Invoices.Rea", "invoices.read"] {
            assert!(!matches("Invoices.Read", other), "{other}");
        }
    }

    #[test]
    fn a_prefix_matches_one_or_more_whole_further_segments() {
        for below in ["A.Invoices.Read", "A.Invoices.v1.Modify.Create"] {
            assert!(matches("A.Invoices.*", below), "{below}");
        }
        for other in [
            "A.Invoices",
            "A.InvoicesArchive.Read",
            "B.Invoices.Read",
            "A.Invoice.s",
        ] {
            assert!(!matches("A.Invoices.*", other), "{other}");
        }
    }

    #[test]
    fn a_star_matches_every_scope_of_an_api() {
        assert!(matches("*", "a.b"));
        assert!(matches("*", "Invora.Simple.Invoices.v1.Read"));
    }

    #[test]
    fn a_wildcard_stands_alone_or_as_the_last_segment() {
        for text in [
            "**", "a.*.b", "*.a", "a.b*", "a*", "a.*b", "a.**", "*.*", "a.*.*",
        ] {
            assert_eq!(
                ScopePattern::parse(text),
                Err(PatternError::Wildcard),
                "{text}"
            );
        }
        for (text, expected) in [
            ("", ApiScopeError::EmptySegment),
            (".*", ApiScopeError::EmptySegment),
            ("a..*", ApiScopeError::EmptySegment),
            ("openid", ApiScopeError::NotDotted),
            ("a b.*", ApiScopeError::Character),
        ] {
            assert_eq!(ScopePattern::parse(text), Err(expected.into()), "{text}");
        }
        assert!(ScopePattern::parse("a.*").is_ok());
    }

    #[test]
    fn length_and_number_of_segments_are_bounded_with_the_wildcard() {
        let of = |count: usize| format!("{}*", "a.".repeat(count - 1));
        assert!(ScopePattern::parse(&of(MOST_SEGMENTS)).is_ok());
        let more = ScopePattern::parse(&of(MOST_SEGMENTS + 1));
        assert_eq!(more, Err(ApiScopeError::TooManySegments.into()));
        let long = |length: usize| format!("{}.*", "a".repeat(length - 2));
        assert!(ScopePattern::parse(&long(LONGEST)).is_ok());
        let longer = ScopePattern::parse(&long(LONGEST + 1));
        assert_eq!(longer, Err(ApiScopeError::TooLong.into()));
    }

    #[test]
    fn a_pattern_is_text_in_documents() {
        let pattern: ScopePattern = serde_json::from_str("\"a.*\"").unwrap();
        assert_eq!(serde_json::to_string(&pattern).unwrap(), "\"a.*\"");
        assert!(serde_json::from_str::<ScopePattern>("\"*a\"").is_err());
    }
}
