//! Types of authorization details: what an API lets applications ask for beyond scopes, such as one
//! payment of one amount.
//!
//! A type is declared with the API that understands it: its members, what kind each is, which have to
//! be there, and which values are good. What a request says of a type has exactly such members and no
//! others (RFC 9396 §5), so that nothing reaches the API, or the person who is asked, that nobody
//! described.
//!
//! Left out: schemas within members of the kind `object`, which an API checks itself; and types that
//! two APIs share: the first one by audience has it.
#![doc(alias = "RFC 9396")]

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The most types of an API.
pub const MOST_TYPES: usize = 100;

/// The most members of a type, and the most values of a member.
const MOST: usize = 50;

/// The longest name, title or text in bytes.
const LONGEST: usize = 1_024;

/// One type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailType {
    /// The value of `type`.
    #[serde(rename = "type")]
    pub name: String,
    /// What it allows, to people: completes "this application can".
    pub title: String,
    /// What may be said, beside `type`.
    #[serde(default)]
    pub members: Vec<DetailMember>,
}

/// A member of a type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailMember {
    /// Its name.
    pub name: String,
    /// What people call it; its name when empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it is.
    pub kind: DetailKind,
    /// Whether it has to be there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// The only good texts, of a text or of each in a list of texts; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DetailKind {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer,
    /// An object, whatever is in it.
    Object,
    /// A text.
    Text,
    /// A list of texts.
    Texts,
}

/// Why there is no such type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "authorization_details: at most 100 types with at most 50 members each, each name once, with a title; values are for the kinds text and texts"
)]
pub struct DetailTypeError;

/// Whether these types can be those of one API.
///
/// # Errors
/// [`DetailTypeError`].
pub fn check(types: &[DetailType]) -> Result<(), DetailTypeError> {
    let is_text = |text: &str| text.len() <= LONGEST && !text.chars().any(char::is_control);
    let is_name = |text: &str| {
        (1..=LONGEST).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let once = |names: &[&str]| {
        let mut sorted = names.to_vec();
        sorted.sort_unstable();
        sorted.windows(2).all(|pair| pair.first() != pair.last())
    };
    let member = |member: &DetailMember| {
        let listed = matches!(member.kind, DetailKind::Text | DetailKind::Texts);
        is_name(&member.name)
            && member.name != "type"
            && is_text(&member.title)
            && (listed || member.values.is_empty())
            && member.values.len() <= MOST
            && member.values.iter().all(|value| is_text(value))
    };
    let one = |kind: &DetailType| {
        let names: Vec<_> = kind.members.iter().map(|own| own.name.as_str()).collect();
        is_name(&kind.name)
            && is_text(&kind.title)
            && !kind.title.is_empty()
            && names.len() <= MOST
            && once(&names)
            && kind.members.iter().all(member)
    };
    let names: Vec<_> = types.iter().map(|kind| kind.name.as_str()).collect();
    let good = types.len() <= MOST_TYPES && once(&names) && types.iter().all(one);
    good.then_some(()).ok_or(DetailTypeError)
}

impl DetailType {
    /// Whether a detail of this type says what it may, and all that it has to.
    pub fn permits(&self, detail: &Map<String, Value>) -> bool {
        let known = detail
            .iter()
            .filter(|(name, _)| *name != "type")
            .all(|(name, value)| {
                let member = self.members.iter().find(|own| own.name == *name);
                member.is_some_and(|member| member.permits(value))
            });
        let whole = self
            .members
            .iter()
            .all(|own| !own.required || detail.contains_key(&own.name));
        known && whole
    }

    /// What people call its members, with what a detail says of each.
    pub fn in_words(&self, detail: &Map<String, Value>) -> Vec<(String, String)> {
        let said = self
            .members
            .iter()
            .filter_map(|own| Some((own, detail.get(&own.name)?)));
        said.map(|(own, value)| {
            let title = if own.title.is_empty() {
                &own.name
            } else {
                &own.title
            };
            (title.clone(), words(value))
        })
        .collect()
    }
}

impl DetailMember {
    fn permits(&self, value: &Value) -> bool {
        let is_value = |text: &str| {
            let permitted = self.values.is_empty() || self.values.iter().any(|value| value == text);
            // A person reads it: what cannot be seen could turn it into something else.
            permitted && !text.chars().any(char::is_control)
        };
        match (self.kind, value) {
            (DetailKind::Boolean, Value::Bool(_)) | (DetailKind::Object, Value::Object(_)) => true,
            (DetailKind::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
            (DetailKind::Text, Value::String(text)) => is_value(text),
            (DetailKind::Texts, Value::Array(all)) => {
                !all.is_empty() && all.iter().all(|one| one.as_str().is_some_and(is_value))
            }
            _ => false,
        }
    }
}

/// A value for people.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{name}: {}", words(value)))
            .collect::<Vec<_>>()
            .join("; "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn payment() -> DetailType {
        serde_json::from_value(json!({
            "type": "payment", "title": "make a payment",
            "members": [
                {"name": "amount", "kind": "integer", "required": true},
                {"name": "currency", "kind": "text", "required": true, "values": ["EUR", "USD"]},
                {"name": "actions", "kind": "texts", "values": ["initiate", "cancel"]},
                {"name": "urgent", "kind": "boolean"},
                {"name": "creditor", "kind": "object", "title": "To"},
            ],
        }))
        .unwrap()
    }

    #[test]
    fn a_detail_says_what_was_declared_and_nothing_else() {
        for (said, good) in [
            (json!({"amount": 1, "currency": "EUR"}), true),
            (
                json!({"amount": 1, "currency": "EUR", "actions": ["cancel"]}),
                true,
            ),
            (
                json!({"amount": 1, "currency": "EUR", "creditor": {"iban": "x"}}),
                true,
            ),
            (
                json!({"amount": 1, "currency": "EUR", "urgent": false}),
                true,
            ),
            (json!({"amount": 1}), false),
            (json!({"amount": 1, "currency": "CHF"}), false),
            (json!({"amount": 1.5, "currency": "EUR"}), false),
            (json!({"amount": "1", "currency": "EUR"}), false),
            (
                json!({"amount": 1, "currency": "EUR", "actions": []}),
                false,
            ),
            (
                json!({"amount": 1, "currency": "EUR", "actions": ["delete"]}),
                false,
            ),
            (
                json!({"amount": 1, "currency": "EUR", "actions": "cancel"}),
                false,
            ),
            (
                json!({"amount": 1, "currency": "EUR", "urgent": null}),
                false,
            ),
            (json!({"amount": 1, "currency": "EUR", "more": 1}), false),
        ] {
            assert_eq!(payment().permits(said.as_object().unwrap()), good, "{said}");
        }
    }

    #[test]
    fn people_read_it_in_the_order_of_the_declaration() {
        let said =
            json!({"creditor": {"iban": "AT1"}, "actions": ["initiate", "cancel"], "amount": 5});
        let words = payment().in_words(said.as_object().unwrap());
        let words: Vec<_> = words
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(
            words,
            [
                ("amount", "5"),
                ("actions", "initiate, cancel"),
                ("To", "iban: AT1")
            ]
        );
    }

    #[test]
    fn a_type_that_contradicts_itself_is_none() {
        assert_eq!(check(&[payment()]), Ok(()));
        assert_eq!(check(&[payment(), payment()]), Err(DetailTypeError));
        for change in [
            json!({"title": ""}),
            json!({"type": "a b"}),
            json!({"type": ""}),
            json!({"members": [{"name": "type", "kind": "text"}]}),
            json!({"members": [{"name": "a", "kind": "boolean", "values": ["x"]}]}),
            json!({"members": [{"name": "a", "kind": "text"}, {"name": "a", "kind": "text"}]}),
        ] {
            let mut bad = serde_json::to_value(payment()).unwrap();
            let change = change.as_object().unwrap().clone();
            bad.as_object_mut().unwrap().extend(change);
            let bad: DetailType = serde_json::from_value(bad).unwrap();
            assert_eq!(
                check(std::slice::from_ref(&bad)),
                Err(DetailTypeError),
                "{bad:?}"
            );
        }
    }
}
