//! Attributes: what a question says of a subject, an action, a resource or its circumstances.
//!
//! `resource.status` is the property `status` of the resource. A property that is missing, or is
//! anything but text, a whole number or a truth value, has no value that could be expected.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The longest name of anything, and the longest expected text, in bytes.
pub const LONGEST: usize = 256;

/// Attributes as a question has them.
pub type Properties = Map<String, Value>;

/// Something that a question may say of somebody or something, such as `resource.status`. All that
/// follows the first dot is the name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attribute {
    of: Of,
    name: Box<str>,
}

/// Of whom or what an attribute is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Action,
    Context,
    Resource,
    Subject,
}

/// The value that an attribute has to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// This text, to the letter.
    Text(String),
}

/// What a question says.
#[derive(Clone, Copy, Debug)]
pub struct Attributes<'a> {
    /// Of the subject.
    pub subject: &'a Properties,
    /// Of the action.
    pub action: &'a Properties,
    /// Of the resource.
    pub resource: &'a Properties,
    /// Of the circumstances.
    pub context: &'a Properties,
}

/// Why a text is no attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an attribute is subject., action., resource. or context. and then a name, such as resource.status"
)]
pub struct AttributeError;

impl Attribute {
    /// Reads an attribute.
    ///
    /// # Errors
    /// [`AttributeError`].
    pub fn parse(text: &str) -> Result<Self, AttributeError> {
        let (of, name) = text.split_once('.').ok_or(AttributeError)?;
        let of = match of {
            "action" => Of::Action,
            "context" => Of::Context,
            "resource" => Of::Resource,
            "subject" => Of::Subject,
            _ => return Err(AttributeError),
        };
        if !is_name(name) {
            return Err(AttributeError);
        }
        let name = name.into();
        Ok(Self { of, name })
    }
}

impl<'a> Attributes<'a> {
    /// The value of an attribute, if the question says it.
    pub fn get(&self, attribute: &Attribute) -> Option<&'a Value> {
        let of = match attribute.of {
            Of::Action => self.action,
            Of::Context => self.context,
            Of::Resource => self.resource,
            Of::Subject => self.subject,
        };
        of.get(&*attribute.name)
    }
}

impl Expected {
    /// Whether a value is this one. `1.0` is no whole number, and `"1"` is none either.
    pub fn is(&self, value: &Value) -> bool {
        match self {
            Self::Flag(flag) => value.as_bool() == Some(*flag),
            Self::Number(number) => value.as_i64() == Some(*number),
            Self::Text(text) => value.as_str() == Some(text),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match self.of {
            Of::Action => "action",
            Of::Context => "context",
            Of::Resource => "resource",
            Of::Subject => "subject",
        };
        write!(formatter, "{of}.{}", self.name)
    }
}

impl Serialize for Attribute {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Whether a text can be a name, or an expected text.
pub(super) fn is_name(text: &str) -> bool {
    (1..=LONGEST).contains(&text.len()) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn an_attribute_says_of_what_it_is() {
        for good in ["subject.role", "action.a.b", "resource.id", "context. "] {
            assert_eq!(Attribute::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "",
            "role",
            "user.role",
            "subject",
            "subject.",
            ".role",
            "Subject.role",
            "subject.\n",
        ] {
            assert_eq!(Attribute::parse(bad), Err(AttributeError), "{bad}");
        }
    }
}
