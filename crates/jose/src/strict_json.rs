//! A JSON object in which no name occurs twice, and which nothing follows.
//!
//! RFC 8259 §4 leaves open what a repeated name means, and parsers differ: the first one, the last
//! one, an error. Two programs that read one token differently are a way in. RFC 7515 §4 and
//! RFC 7519 §4 allow a reader to refuse, so this one does, at every depth.
//!
//! Depth is limited to 128 by `serde_json`; length is for the caller to limit before calling.
#![doc(alias = "RFC 8259")]

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Reads an object, and refuses repeated member names and trailing data.
///
/// # Errors
/// [`StrictJsonError::MemberRepeated`] when an object, at any depth, has a name twice;
/// [`StrictJsonError::Malformed`] when the bytes are no JSON object, or not the JSON of a `T`.
pub fn object_from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, StrictJsonError> {
    // A derived `Deserialize` would take an array too, member by member in the order of the fields.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(StrictJsonError::Malformed(Error::custom("not an object")));
    }
    let repeated = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    DistinctNames {
        repeated: &repeated,
    }
    .deserialize(&mut reader)
    .and_then(|()| reader.end())
    .map_err(|error| match repeated.get() {
        true => StrictJsonError::MemberRepeated,
        false => StrictJsonError::Malformed(error),
    })?;
    serde_json::from_slice(bytes).map_err(StrictJsonError::Malformed)
}

/// Why bytes were not read.
#[derive(Debug, thiserror::Error)]
pub enum StrictJsonError {
    /// No JSON, or not of the expected shape. The source may quote what was read: it is for a log
    /// only when the bytes are not secret.
    #[error("not the expected JSON")]
    Malformed(#[source] serde_json::Error),
    /// A name occurs twice in one object.
    #[error("a JSON object has a member twice: every name may occur once")]
    MemberRepeated,
}

/// Walks over any value and looks at nothing but the names.
#[derive(Clone, Copy)]
struct DistinctNames<'a> {
    repeated: &'a Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for DistinctNames<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for DistinctNames<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while elements.next_element_seed(self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = HashSet::new();
        while let Some(name) = members.next_key_seed(Name)? {
            if !names.insert(name) {
                self.repeated.set(true);
                return Err(A::Error::custom("repeated member"));
            }
            members.next_value_seed(self)?;
        }
        Ok(())
    }
}

/// A member name, after its escapes are resolved: `"\u0061lg"` is `"alg"`.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a member name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn ordinary_json_is_read() {
        let text = br#"{"a":[1,-2,3.5,null,true,{"a":"x"},{"a":"y"}],"b":{"a":{}}}"#;
        assert_eq!(
            object_from_slice::<Value>(text).unwrap(),
            json!({"a": [1, -2, 3.5, null, true, {"a": "x"}, {"a": "y"}], "b": {"a": {}}})
        );
    }

    #[test]
    fn a_repeated_member_is_refused_at_every_depth_and_in_every_spelling() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"\u0061":3}"#,
            r#"{"a":[{"b":{"c":1,"c":2}}]}"#,
            r#"{"a":[[{"":1,"":2}]]}"#,
        ] {
            assert!(
                matches!(
                    object_from_slice::<Value>(text.as_bytes()),
                    Err(StrictJsonError::MemberRepeated)
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn trailing_data_broken_json_and_bottomless_json_are_refused() {
        let bottomless = format!("{{\"a\":{}", "[".repeat(10_000));
        for text in ["{} {}", "{}x", "{", "{\"a\" 1}", "", &bottomless] {
            assert!(
                matches!(
                    object_from_slice::<Value>(text.as_bytes()),
                    Err(StrictJsonError::Malformed(_))
                ),
                "{text}"
            );
        }
        assert!(object_from_slice::<Value>(b"{\"a\":\"\xff\"}").is_err());
    }
    #[test]
    fn an_array_is_not_taken_for_the_fields_of_a_struct() {
        #[derive(Deserialize)]
        struct Claims {
            #[expect(dead_code, reason = "only that it is read matters")]
            iss: String,
        }
        assert!(object_from_slice::<Claims>(b" {\"iss\":\"a\"}").is_ok());
        assert!(serde_json::from_slice::<Claims>(b"[\"a\"]").is_ok());
        assert!(object_from_slice::<Claims>(b"[\"a\"]").is_err());
    }
}
