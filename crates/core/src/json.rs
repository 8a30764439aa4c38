//! JSON that means one thing to everybody who reads it (I-JSON).
//!
//! Two members of one name are refused: of two readers one may take the first, the other the last,
//! and a gateway and we would then decide about different things. Nesting and size are bounded, so
//! that a small text makes no deep stack. Members come out sorted by name: equal documents are equal
//! when written, whatever order they had.
//!
//! Left out: JSON that a developer writes by hand (configuration, declared state); that is read by
//! serde straight into its type.
#![doc(alias = "RFC 7493")]

use std::{collections::BTreeMap, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How many objects and arrays may be inside each other, the outermost one counted.
pub const DEEPEST: usize = 32;

/// Why a text is no document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Nothing at all.
    #[error("the body is empty: send a JSON object")]
    Empty,
    /// No JSON, or JSON that two readers may understand differently.
    #[error(
        "the body is not JSON in UTF-8 with unique member names, numbers of a double and at most 32 levels"
    )]
    Malformed,
    /// JSON, but no object.
    #[error("the body must be a JSON object")]
    NotAnObject,
}

/// Reads an object.
///
/// # Errors
/// [`JsonError`] says what it is instead.
pub fn object(text: &[u8]) -> Result<Map<String, Value>, JsonError> {
    if text.trim_ascii().is_empty() {
        return Err(JsonError::Empty);
    }
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Level(DEEPEST).deserialize(&mut reader);
    let value = value.map_err(|_| JsonError::Malformed)?;
    reader.end().map_err(|_| JsonError::Malformed)?;
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(JsonError::NotAnObject),
    }
}

/// A value, and how many levels it may have.
struct Level(usize);

impl Level {
    fn below<E: Error>(&self) -> Result<Self, E> {
        let below = self.0.checked_sub(1);
        below
            .map(Self)
            .ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Level {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("no number of a double"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(element) = elements.next_element_seed(self.below()?)? {
            all.push(element);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = BTreeMap::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(self.below()?)?;
            if all.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(Value::Object(all.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn members_come_out_sorted_at_every_level() {
        let read = object(br#" {"b":[1,-2,0.5,null,true],"a":{"d":"x","c":"\u00e4"}} "#).unwrap();
        assert_eq!(
            serde_json::to_string(&read).unwrap(),
            r#"{"a":{"c":"ä","d":"x"},"b":[1,-2,0.5,null,true]}"#
        );
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_however_it_is_written() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":[{"a":{"b":1,"c":2,"b":3}}]}"#,
        ] {
            let refused = object(text.as_bytes());
            assert_eq!(refused, Err(JsonError::Malformed), "{text}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |levels: usize| {
            let (open, close) = ("[".repeat(levels), "]".repeat(levels));
            object(format!("{{\"a\":{open}{close}}}").as_bytes())
        };
        assert!(nested(DEEPEST - 1).is_ok());
        assert_eq!(nested(DEEPEST), Err(JsonError::Malformed));
        assert_eq!(nested(100_000), Err(JsonError::Malformed));
        let objects = "{\"a\":".repeat(100_000);
        assert_eq!(object(objects.as_bytes()), Err(JsonError::Malformed));
    }

    #[test]
    fn what_is_no_document_is_told_apart() {
        for text in [&b""[..], b" \r\n\t"] {
            assert_eq!(object(text), Err(JsonError::Empty));
        }
        for text in [&b"[]"[..], b"null", b"1", b"\"{}\""] {
            assert_eq!(object(text), Err(JsonError::NotAnObject));
        }
        for text in [
            &b"{"[..],
            b"{}{}",
            b"{} x",
            b"{'a':1}",
            b"{\"a\":1,}",
            b"{\"a\":NaN}",
            b"{\"a\":1e999}",
            b"{\"a\":\"\\ud800\"}",
            b"{\"a\":\"\xff\"}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":1}\0",
        ] {
            let refused = object(text);
            assert_eq!(refused, Err(JsonError::Malformed), "{text:?}");
        }
    }
}
