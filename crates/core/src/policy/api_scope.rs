//! The scopes of APIs, such as `Invora.Simple.Invoices.v1.Modify.Create`.
//!
//! A scope of an API is dotted: two segments or more. That keeps it apart from the scopes of OpenID
//! Connect (`openid`, `profile` and the like), which no rule can grant or deny, and which have no
//! dot. Upper and lower case differ (RFC 6749 §3.3).
//!
//! Left out: scopes of one word, and characters that would have to be escaped in HTML, JSON, a
//! header or a log line.

use std::{fmt, sync::Arc};

use crate::{
    reserved_scope::{NO_API, is_no_limit, restricts},
    scope::{STANDARD, Scope},
};

/// The longest scope in bytes, as for any word of a scope.
pub const LONGEST: usize = 128;

/// The most segments of a scope.
pub const MOST_SEGMENTS: usize = 32;

/// A dotted scope: 2 to [`MOST_SEGMENTS`] segments of `A-Z a-z 0-9 _ - : /`, [`LONGEST`] bytes at
/// most.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApiScope(Arc<str>);

/// Why a text is no scope of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiScopeError {
    /// A character outside the permitted set.
    #[error("the scope of an API has only the characters A-Z a-z 0-9 _ - : / and dots")]
    Character,
    /// Nothing before, between or after dots.
    #[error("the scope of an API has no empty segment: no dot at either end, no two in a row")]
    EmptySegment,
    /// One word.
    #[error("the scope of an API has at least two segments, such as Invoices.Read")]
    NotDotted,
    /// More than [`LONGEST`] bytes.
    #[error("the scope of an API has at most 128 characters")]
    TooLong,
    /// More than [`MOST_SEGMENTS`].
    #[error("the scope of an API has at most 32 segments")]
    TooManySegments,
}

impl ApiScope {
    /// Reads a scope.
    ///
    /// # Errors
    /// [`ApiScopeError`] says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, ApiScopeError> {
        if count_segments(text)? < 2 {
            return Err(ApiScopeError::NotDotted);
        }
        Ok(Self(text.into()))
    }

    /// The scope as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands between the dots.
    pub fn segments(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }
}

/// Whether a token with this scope is limited to the API scopes it names. Every word counts as one
/// that OpenID Connect does not define, also if it has no dot and so can never be needed: a token
/// for `read:invoices` is limited to something, and that something is not everything. Reserved words
/// ([`crate::reserved_scope`]) say something about the token and name no part of an API.
pub fn limits(token_scope: &Scope) -> bool {
    token_scope
        .words()
        .any(|word| !STANDARD.contains(&word) && !is_no_limit(word))
}

/// The words of a scope that `keep` says yes to, and no less limited than the whole: if the whole
/// named scopes of APIs and none is left, the rest is good for no API at all, instead of for all.
#[must_use]
pub fn reduced(scope: &Scope, keep: impl Fn(&str) -> bool) -> Scope {
    let kept = scope.filtered(keep);
    if limits(scope) && !limits(&kept) {
        kept.with(NO_API)
    } else {
        kept
    }
}

/// The part of a scope that is asked for now, and no less restricted or limited than the whole: what
/// takes something away cannot be left out.
#[must_use]
pub fn narrowed(whole: &Scope, part: &Scope) -> Scope {
    reduced(whole, |word| part.contains(word) || restricts(word))
}

/// How many segments a text has, if each is one.
pub(super) fn count_segments(text: &str) -> Result<usize, ApiScopeError> {
    if text.len() > LONGEST {
        return Err(ApiScopeError::TooLong);
    }
    let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"_-:/".contains(&byte);
    let mut count = 0;
    for segment in text.split('.') {
        if segment.is_empty() {
            return Err(ApiScopeError::EmptySegment);
        }
        if !segment.bytes().all(permitted) {
            return Err(ApiScopeError::Character);
        }
        count += 1;
    }
    if count > MOST_SEGMENTS {
        return Err(ApiScopeError::TooManySegments);
    }
    Ok(count)
}

impl fmt::Debug for ApiScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Display for ApiScope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl serde::Serialize for ApiScope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for ApiScope {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_scope_of_an_api_is_dotted() {
        for text in [
            "Invora.Simple.Invoices.v1.Modify.Create",
            "a.b",
            "https://api.example/invoices.read",
            "urn:x.y-z_1",
        ] {
            assert_eq!(ApiScope::parse(text).unwrap().as_str(), text);
        }
        for (text, expected) in [
            ("openid", ApiScopeError::NotDotted),
            ("read:invoices", ApiScopeError::NotDotted),
            ("", ApiScopeError::EmptySegment),
            (".", ApiScopeError::EmptySegment),
            ("a.", ApiScopeError::EmptySegment),
            (".a", ApiScopeError::EmptySegment),
            ("a..b", ApiScopeError::EmptySegment),
            ("a.*", ApiScopeError::Character),
            ("a.b c", ApiScopeError::Character),
            ("a.b\n", ApiScopeError::Character),
            ("a.b\"", ApiScopeError::Character),
            ("a.<b>", ApiScopeError::Character),
            ("a.\u{fc}", ApiScopeError::Character),
        ] {
            assert_eq!(ApiScope::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn length_and_number_of_segments_are_bounded() {
        let of = |count: usize| vec!["a"; count].join(".");
        assert!(ApiScope::parse(&of(MOST_SEGMENTS)).is_ok());
        let more = ApiScope::parse(&of(MOST_SEGMENTS + 1));
        assert_eq!(more, Err(ApiScopeError::TooManySegments));
        let long = |length: usize| format!("a.{}", "b".repeat(length - 2));
        assert!(ApiScope::parse(&long(LONGEST)).is_ok());
        let longer = ApiScope::parse(&long(LONGEST + 1));
        assert_eq!(longer, Err(ApiScopeError::TooLong));
    }

    #[test]
    fn what_is_left_of_a_limited_scope_is_limited() {
        let reduced = |scope: &str, keep: &str| {
            reduced(&Scope::parse(scope).unwrap(), |word| keep.contains(word)).to_string()
        };
        assert_eq!(reduced("openid a.b c.d", "openid a.b"), "openid a.b");
        assert_eq!(
            reduced("openid a.b", "openid"),
            "openid urn:symbolon:no-api-scope"
        );
        assert_eq!(reduced("openid profile", "openid"), "openid");
    }

    #[test]
    fn a7_3_what_was_restricted_stays_restricted_when_the_word_is_left_out() {
        let whole = Scope::parse("openid urn:symbolon:organization:a Invoices.Read").unwrap();
        let part = |text: &str| narrowed(&whole, &Scope::parse(text).unwrap()).to_string();
        assert_eq!(
            part("openid"),
            "openid urn:symbolon:organization:a urn:symbolon:no-api-scope"
        );
        let read = "urn:symbolon:organization:a Invoices.Read";
        assert_eq!(
            (part("Invoices.Read"), part(read)),
            (read.into(), read.into())
        );
    }

    #[test]
    fn no_scope_of_openid_connect_is_one_of_an_api() {
        for word in STANDARD {
            assert!(ApiScope::parse(word).is_err(), "{word}");
        }
    }

    #[test]
    fn a_token_with_only_scopes_of_openid_connect_is_limited_by_roles_alone() {
        for (scope, limited) in [
            ("", false),
            ("openid", false),
            ("openid profile email address phone offline_access", false),
            ("openid Invoices.Read", true),
            ("Invoices.Read", true),
            // Of no API, but not of OpenID Connect either.
            ("openid read:invoices", true),
            // Reserved.
            ("openid urn:zitadel:iam:org:id:acme", false),
            ("urn:symbolon:organization:acme", false),
            ("openid urn:symbolon:no-api-scope", true),
            // Begins like a reserved one, and is none.
            ("openid urn:zitadel:iam:user:metadata", true),
        ] {
            assert_eq!(limits(&Scope::parse(scope).unwrap()), limited, "{scope}");
        }
    }
}
