//! The path of a request, read so strictly that a gateway and whatever is behind it cannot
//! understand it differently.
//!
//! Attackers write one path in two ways: a gateway sees a harmless endpoint, the API behind it
//! decodes, folds or normalises, and serves another. So nothing is normalised here. What anybody
//! might normalise is refused, and a refusal means no:
//!
//! - `.` and `..` as segments, encoded or not; `//`; a backslash; `;` parameters;
//! - an encoded `/`, `\`, `?`, `#`, `;` or `%` (which decodes to an escape for whoever decodes
//!   twice); encoded control characters; escapes that are broken or are no UTF-8;
//! - an escape where none is due: of an unreserved character, or with small letters
//!   (RFC 3986 §6.2.2), so that of all equivalent spellings one is accepted;
//! - everything that is no character of a path (RFC 3986 §3.3), raw bytes outside ASCII among it.
//!
//! Capital and small letters differ, and a path with a slash at the end is another path. The query
//! is cut off and not looked at.
//!
//! `@` and `%40` are both accepted: RFC 3986 §2.2 says that they are different, and clients encode
//! what stands for a parameter. [`PathRefusal::LookAlike`] is why that cannot be used to slip past
//! a fixed segment.
#![doc(alias = "RFC 3986 §3.3")]

use std::borrow::Cow;

use crate::percent::escape;

/// The longest path in bytes, without the query.
pub const LONGEST: usize = 2048;

/// The most segments of a path.
pub const MOST_SEGMENTS: usize = 64;

/// A path that means one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestPath<'a>(&'a str);

/// Why a path leads to no endpoint. All of them mean no; which one is for logs and tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum PathRefusal {
    /// Several APIs have such an endpoint, and nobody said which is called.
    #[error("several APIs have this endpoint; name the audience")]
    AmbiguousEndpoint,
    /// A character that is not part of any path.
    #[error("the path has a character that has to be percent-encoded, or cannot be in a path")]
    Character,
    /// `.` or `..` as a segment.
    #[error("the path has a segment . or ..")]
    DotSegment,
    /// `//`.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// An encoded control character.
    #[error("the path has an encoded control character")]
    EncodedControl,
    /// An encoded `/`, `\`, `?`, `#`, `;` or `%`.
    #[error("the path has an encoded delimiter: one of / \\ ? # ; %")]
    EncodedDelimiter,
    /// A segment that would be a parameter, but is a fixed segment to whoever decodes it or does
    /// not tell capital from small letters.
    #[error("a segment of the path is that of another endpoint, spelled differently")]
    LookAlike,
    /// A `%` without two hexadecimal digits, or bytes that are no UTF-8.
    #[error("the percent-encoding of the path is broken")]
    MalformedEncoding,
    /// Nothing there of this method and path.
    #[error("there is no such endpoint")]
    NoSuchEndpoint,
    /// No `/` at the beginning.
    #[error("the path does not begin with a slash")]
    NotAbsolute,
    /// An escape of an unreserved character, or with small letters.
    #[error("the path has a percent-encoding that is not the canonical one (RFC 3986 6.2.2)")]
    NotCanonical,
    /// `;`.
    #[error("the path has parameters after a semicolon")]
    PathParameter,
    /// More than [`LONGEST`] bytes.
    #[error("the path has more than 2048 bytes")]
    TooLong,
    /// More than [`MOST_SEGMENTS`].
    #[error("the path has more than 64 segments")]
    TooManySegments,
}

impl<'a> RequestPath<'a> {
    /// Reads the path of a request in origin form (RFC 9112 §3.2.1), and cuts off its query.
    ///
    /// # Errors
    /// [`PathRefusal`] says what is ambiguous or broken.
    pub fn parse(target: &'a str) -> Result<Self, PathRefusal> {
        let path = target.split('?').next().unwrap_or(target);
        if path.len() > LONGEST {
            return Err(PathRefusal::TooLong);
        }
        let Some(inside) = path.strip_prefix('/') else {
            return Err(PathRefusal::NotAbsolute);
        };
        let mut segments = inside.split('/').enumerate().peekable();
        while let Some((index, segment)) = segments.next() {
            if index >= MOST_SEGMENTS {
                return Err(PathRefusal::TooManySegments);
            }
            match segment {
                "" if segments.peek().is_some() => return Err(PathRefusal::EmptySegment),
                "." | ".." => return Err(PathRefusal::DotSegment),
                _ => check(segment)?,
            }
        }
        Ok(Self(path))
    }

    /// The path without its query, as it was sent.
    pub fn as_str(&self) -> &'a str {
        self.0
    }

    /// What stands between the slashes, as it was sent. The last one is empty when the path ends
    /// with a slash.
    pub fn segments(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.0.split('/').skip(1)
    }
}

/// A segment of a [`RequestPath`] as the text it encodes.
pub(super) fn decoded(segment: &str) -> Cow<'_, str> {
    if !segment.contains('%') {
        return Cow::Borrowed(segment);
    }
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => escape(&mut rest).unwrap_or(byte),
            _ => byte,
        });
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a byte stands for itself in a path: `pchar` of RFC 3986 §3.3 but for `;`.
pub(super) fn is_plain(byte: u8) -> bool {
    is_unreserved(byte) || b"!$&'()*+,=:@".contains(&byte)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn check(segment: &str) -> Result<(), PathRefusal> {
    let mut encoded = false;
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                encoded = true;
                check_escape(&mut rest)?;
            }
            b';' => return Err(PathRefusal::PathParameter),
            byte if is_plain(byte) => {}
            _ => return Err(PathRefusal::Character),
        }
    }
    if encoded {
        let text = decoded(segment);
        // No byte of the segment is outside ASCII, so a replacement character was put there by the
        // decoder, or is one that the client sent: nobody can tell, and nobody needs it.
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return Err(PathRefusal::MalformedEncoding);
        }
        if text.chars().any(char::is_control) {
            return Err(PathRefusal::EncodedControl);
        }
    }
    Ok(())
}

fn check_escape(rest: &mut std::str::Bytes<'_>) -> Result<(), PathRefusal> {
    let written = rest.clone();
    match escape(rest).ok_or(PathRefusal::MalformedEncoding)? {
        byte if byte.is_ascii_control() => Err(PathRefusal::EncodedControl),
        byte if b"/\\?#;%".contains(&byte) => Err(PathRefusal::EncodedDelimiter),
        byte if is_unreserved(byte) => Err(PathRefusal::NotCanonical),
        _ if written.take(2).any(|digit| digit.is_ascii_lowercase()) => {
            Err(PathRefusal::NotCanonical)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn refusal(target: &str) -> Option<PathRefusal> {
        RequestPath::parse(target).err()
    }

    #[test]
    fn a_plain_path_is_read_as_it_is_and_its_query_cut_off() {
        for (target, segments) in [
            ("/", vec![""]),
            ("/a/b", vec!["a", "b"]),
            ("/a/b/", vec!["a", "b", ""]),
            ("/a?x=../..//;%2f%zz\u{0}", vec!["a"]),
            ("/a??", vec!["a"]),
            ("/A-._~!$&'()*+,=:@z", vec!["A-._~!$&'()*+,=:@z"]),
            (
                "/a@b/a%40b/a%20b/%C3%A9",
                vec!["a@b", "a%40b", "a%20b", "%C3%A9"],
            ),
            ("/.../.a/a..", vec!["...", ".a", "a.."]),
        ] {
            let path = RequestPath::parse(target).unwrap();
            assert_eq!(path.segments().collect::<Vec<_>>(), segments, "{target}");
            assert_eq!(Some(path.as_str()), target.split('?').next());
        }
    }

    #[test]
    fn what_is_ambiguous_is_refused() {
        use PathRefusal as R;
        for (target, expected) in [
            ("", R::NotAbsolute),
            ("*", R::NotAbsolute),
            ("a/b", R::NotAbsolute),
            ("?/a", R::NotAbsolute),
            ("http://host/a", R::NotAbsolute),
            ("\\a", R::NotAbsolute),
            (" /a", R::NotAbsolute),
            ("//", R::EmptySegment),
            ("//a", R::EmptySegment),
            ("/a//b", R::EmptySegment),
            ("/a/b//", R::EmptySegment),
            ("/.", R::DotSegment),
            ("/./a", R::DotSegment),
            ("/a/../b", R::DotSegment),
            ("/a/..", R::DotSegment),
            ("/a/..?x", R::DotSegment),
            ("/a/%2e%2e/b", R::NotCanonical),
            ("/a/%2E%2E/b", R::NotCanonical),
            ("/a/.%2e/b", R::NotCanonical),
            ("/a/..;/b", R::PathParameter),
            ("/a;x=1/b", R::PathParameter),
            ("/a%2fb", R::EncodedDelimiter),
            ("/a%2Fb", R::EncodedDelimiter),
            ("/a%5cb", R::EncodedDelimiter),
            ("/a%5Cb", R::EncodedDelimiter),
            ("/a%3Fb", R::EncodedDelimiter),
            ("/a%23b", R::EncodedDelimiter),
            ("/a%3Bb", R::EncodedDelimiter),
            // What decodes to %2F, and what to %252F.
            ("/a%252Fb", R::EncodedDelimiter),
            ("/a%25252Fb", R::EncodedDelimiter),
            ("/a\\b", R::Character),
            ("/a b", R::Character),
            ("/a\tb", R::Character),
            ("/a\u{0}b", R::Character),
            ("/a\u{7f}b", R::Character),
            ("/a\r\nX: y", R::Character),
            ("/a#b", R::Character),
            ("/a\u{e9}", R::Character),
            ("/\u{ff0e}\u{ff0e}/a", R::Character),
            ("/a|b", R::Character),
            ("/{id}", R::Character),
            ("/a%00", R::EncodedControl),
            ("/a%0D%0Ab", R::EncodedControl),
            ("/a%7F", R::EncodedControl),
            ("/a%C2%85", R::EncodedControl),
            ("/%61", R::NotCanonical),
            ("/a%2D", R::NotCanonical),
            ("/a%7E", R::NotCanonical),
            ("/a%c3%a9", R::NotCanonical),
            ("/a%C3%a9", R::NotCanonical),
            ("/a%", R::MalformedEncoding),
            ("/a%4", R::MalformedEncoding),
            ("/a%4/b", R::MalformedEncoding),
            ("/a%zz", R::MalformedEncoding),
            ("/a%u002F", R::MalformedEncoding),
            ("/a%+40", R::MalformedEncoding),
            // An overlong slash, half a character, half of a surrogate pair.
            ("/a%C0%AF", R::MalformedEncoding),
            ("/a%C3", R::MalformedEncoding),
            ("/a%ED%A0%80", R::MalformedEncoding),
            ("/a%EF%BF%BD", R::MalformedEncoding),
        ] {
            assert_eq!(refusal(target), Some(expected), "{target:?}");
        }
    }

    #[test]
    fn length_and_number_of_segments_are_bounded_without_the_query() {
        let long = |length: usize| format!("/{}", "a".repeat(length - 1));
        assert_eq!(refusal(&long(LONGEST)), None);
        assert_eq!(refusal(&(long(LONGEST) + "?" + &long(9000))), None);
        assert_eq!(refusal(&long(LONGEST + 1)), Some(PathRefusal::TooLong));
        assert_eq!(refusal(&"/a".repeat(MOST_SEGMENTS)), None);
        let more = "/a".repeat(MOST_SEGMENTS + 1);
        assert_eq!(refusal(&more), Some(PathRefusal::TooManySegments));
    }

    #[test]
    fn a_segment_decodes_to_the_text_it_encodes() {
        for (segment, text) in [("a@b", "a@b"), ("a%40b", "a@b"), ("%C3%A9%20", "\u{e9} ")] {
            assert_eq!(decoded(segment), text);
        }
    }
}
