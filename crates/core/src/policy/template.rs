//! What an endpoint is declared with: a method, and a path with places for parameters.
//!
//! In `/api/v1/invoices/{id}/lines` the parameter `{id}` is exactly one segment, and not an empty
//! one. All other segments are fixed: `/invoices` and `/Invoices` differ, and so do `/invoices` and
//! `/invoices/`.
//!
//! Left out: a parameter that is a part of a segment (`{id}.json`, `{id}:cancel`), and one that is
//! many (`{rest...}`). A rule about "everything below" hides which endpoints there are.

use std::{borrow::Borrow, fmt};

use crate::policy::path::{LONGEST, MOST_SEGMENTS, is_plain};

/// The longest name of a method or parameter in bytes.
const LONGEST_NAME: usize = 64;

/// The path of an endpoint: [`LONGEST`] bytes and [`MOST_SEGMENTS`] segments at most.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathTemplate(Box<str>);

/// A segment of a [`PathTemplate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment<'a> {
    /// This text.
    Fixed(&'a str),
    /// Any one segment; the name is for people.
    Parameter(&'a str),
}

/// Why a text is no template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// What no request path has: such a template would match nothing.
    #[error(
        "a fixed segment has only the characters A-Z a-z 0-9 - . _ ~ ! $ & ' ( ) * + , = : @ \
         and is not . or .."
    )]
    Character,
    /// `//`.
    #[error("a path has no empty segment but for a slash at its end")]
    EmptySegment,
    /// No `/` at the beginning.
    #[error("a path begins with a slash")]
    NotAbsolute,
    /// A brace that does not open or close a whole segment, or a bad name in it.
    #[error("a parameter is a whole segment: {{name}} with a name of A-Z a-z 0-9 _ -")]
    Parameter,
    /// Two parameters of one name.
    #[error("every parameter of a path has a name of its own")]
    ParameterTwice,
    /// More than [`LONGEST`] bytes.
    #[error("a path has at most 2048 bytes")]
    TooLong,
    /// More than [`MOST_SEGMENTS`].
    #[error("a path has at most 64 segments")]
    TooManySegments,
}

/// The method of an endpoint, such as `POST`. `HEAD` is not one: it counts as `GET`
/// (RFC 9110 §9.3.2).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Method(Box<str>);

/// Why a text is no method of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MethodError {
    /// `HEAD`.
    #[error("HEAD counts as GET: declare GET")]
    Head,
    /// No name of a method.
    #[error("a method is 1 to 64 capital letters, such as GET or POST")]
    Name,
}

impl PathTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// [`TemplateError`] says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        if text.len() > LONGEST {
            return Err(TemplateError::TooLong);
        }
        let inside = text.strip_prefix('/').ok_or(TemplateError::NotAbsolute)?;
        if inside.split('/').count() > MOST_SEGMENTS {
            return Err(TemplateError::TooManySegments);
        }
        let mut names = Vec::new();
        let mut segments = inside.split('/').peekable();
        while let Some(segment) = segments.next() {
            match segment {
                "" if segments.peek().is_some() => return Err(TemplateError::EmptySegment),
                "." | ".." => return Err(TemplateError::Character),
                _ if segment.contains(['{', '}']) => {
                    let name = parameter(segment).ok_or(TemplateError::Parameter)?;
                    if names.contains(&name) {
                        return Err(TemplateError::ParameterTwice);
                    }
                    names.push(name);
                }
                _ if segment.bytes().all(is_plain) => {}
                _ => return Err(TemplateError::Character),
            }
        }
        Ok(Self(text.into()))
    }

    /// The segments. The last one is fixed and empty when the path ends with a slash.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let segments = self.0.split('/').skip(1);
        segments
            .map(|segment| parameter(segment).map_or(Segment::Fixed(segment), Segment::Parameter))
    }

    /// The template as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Method {
    /// Reads a method. Methods are case-sensitive (RFC 9110 §9.1), and those in use have capital
    /// letters.
    ///
    /// # Errors
    /// [`MethodError`].
    pub fn parse(text: &str) -> Result<Self, MethodError> {
        let permitted = |byte: u8| byte.is_ascii_uppercase() || byte == b'-';
        if !(1..=LONGEST_NAME).contains(&text.len()) || !text.bytes().all(permitted) {
            return Err(MethodError::Name);
        }
        if text == "HEAD" {
            return Err(MethodError::Head);
        }
        Ok(Self(text.into()))
    }

    /// The method as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn parameter(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix('{')?.strip_suffix('}')?;
    let permitted = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let good = (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(permitted);
    good.then_some(name)
}

impl Borrow<str> for Method {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// What is text in documents and when printed.
macro_rules! text {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, formatter)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
                Self::parse(&String::deserialize(source)?).map_err(serde::de::Error::custom)
            }
        }
    };
}

text!(Method);
text!(PathTemplate);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_template_has_fixed_segments_and_parameters() {
        let template = PathTemplate::parse("/api/v1/invoices/{id}/lines/").unwrap();
        assert_eq!(
            template.segments().collect::<Vec<_>>(),
            [
                Segment::Fixed("api"),
                Segment::Fixed("v1"),
                Segment::Fixed("invoices"),
                Segment::Parameter("id"),
                Segment::Fixed("lines"),
                Segment::Fixed(""),
            ]
        );
        let root = PathTemplate::parse("/").unwrap();
        assert_eq!(root.segments().collect::<Vec<_>>(), [Segment::Fixed("")]);
    }

    #[test]
    fn a_template_that_no_request_could_match_is_refused() {
        use TemplateError as E;
        for (text, expected) in [
            ("", E::NotAbsolute),
            ("a", E::NotAbsolute),
            ("//a", E::EmptySegment),
            ("/a//", E::EmptySegment),
            ("/a/../b", E::Character),
            ("/.", E::Character),
            ("/a b", E::Character),
            ("/a%20b", E::Character),
            ("/a;b", E::Character),
            ("/a?b", E::Character),
            ("/\u{e9}", E::Character),
            ("/{}", E::Parameter),
            ("/{id}.json", E::Parameter),
            ("/v{id}", E::Parameter),
            ("/{id}:cancel", E::Parameter),
            ("/{a}{b}", E::Parameter),
            ("/{rest...}", E::Parameter),
            ("/{{id}}", E::Parameter),
            ("/{id", E::Parameter),
            ("/id}", E::Parameter),
            ("/{a b}", E::Parameter),
            ("/{id}/x/{id}", E::ParameterTwice),
        ] {
            assert_eq!(PathTemplate::parse(text), Err(expected), "{text}");
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        assert_eq!(PathTemplate::parse(&long), Err(E::TooLong));
        let deep = "/a".repeat(MOST_SEGMENTS + 1);
        assert_eq!(PathTemplate::parse(&deep), Err(E::TooManySegments));
    }

    #[test]
    fn head_is_declared_as_get() {
        assert_eq!(Method::parse("HEAD"), Err(MethodError::Head));
        for text in ["", "get", "Get", "GET ", "GET\n", "G3T"] {
            assert_eq!(Method::parse(text), Err(MethodError::Name), "{text:?}");
        }
        for text in ["GET", "POST", "PATCH", "M-SEARCH"] {
            assert_eq!(Method::parse(text).unwrap().as_str(), text);
        }
    }
}
