//! What comes in: bounded before it is read, typed, and refused by name where it is not known.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use symbolon_core::parameters::Parameters;

use crate::problem::{Kind, Problem};

/// The most that a page has.
pub(crate) const LONGEST_PAGE: u32 = 200;

/// What a page has when nothing is said.
const PAGE: u32 = 50;

/// For how long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a page begins and how long it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paging {
    pub(crate) limit: u32,
    pub(crate) after: Option<String>,
}

/// No filter.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoQuery {}

/// `true` or `false` in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "bool")]
pub(crate) struct Flag(pub(crate) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "true" => Ok(Self(true)),
            "false" => Ok(Self(false)),
            _ => Err(serde::de::Error::custom("is true or false")),
        }
    }
}

/// A whole number in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(with = "u64")]
pub(crate) struct Number(pub(crate) u64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| text.parse().ok()).flatten();
        let number = number.ok_or_else(|| serde::de::Error::custom("is a whole number"))?;
        Ok(Self(number))
    }
}

/// Reads a query: the filter as `Q`, paging if the operation has pages, and the filter as text, to
/// bind a cursor to.
pub(crate) fn query<Q: DeserializeOwned + JsonSchema>(
    text: &str,
    paged: bool,
) -> Result<(Q, Option<Paging>, String), Problem> {
    let parameters = Parameters::parse(text.as_bytes())
        .map_err(|_| Problem::new(Kind::Query, "the query is not well-formed"))?;
    let known = known_parameters::<Q>(paged);
    let mut filter = Map::new();
    let mut paging = Paging {
        limit: PAGE,
        after: None,
    };
    for (name, value) in parameters.pairs() {
        if !known.contains(name) {
            return Err(Problem::parameter(name, unknown(name, &known)));
        }
        match name.as_str() {
            "limit" if paged => paging.limit = limit(value)?,
            "after" if paged => paging.after = Some(value.clone()),
            _ => {
                let value = Value::String(value.clone());
                if filter.insert(name.clone(), value).is_some() {
                    return Err(Problem::parameter(name, "is there twice"));
                }
            }
        }
    }
    let mut words: Vec<_> = filter.iter().map(|(k, v)| format!("{k}={v}")).collect();
    words.sort();
    let parsed = serde_path_to_error::deserialize(Value::Object(filter)).map_err(|error| {
        let name = error.path().to_string();
        Problem::parameter(&name, error.into_inner())
    })?;
    Ok((parsed, paged.then_some(paging), words.join("&")))
}

fn limit(text: &str) -> Result<u32, Problem> {
    let number = text.parse().ok();
    number
        .filter(|limit| (1..=LONGEST_PAGE).contains(limit))
        .ok_or_else(|| Problem::parameter("limit", "is a number from 1 to 200"))
}

fn known_parameters<Q: JsonSchema>(paged: bool) -> Vec<String> {
    let schema = SchemaGenerator::default().into_root_schema_for::<Q>();
    let mut known = properties(&schema);
    if paged {
        known.extend(["limit".to_owned(), "after".to_owned()]);
    }
    known
}

/// The names of the properties of a schema.
pub(crate) fn properties(schema: &Schema) -> Vec<String> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .map(|map| map.keys().cloned().collect())
        .unwrap_or_default()
}

fn unknown(name: &str, known: &[String]) -> String {
    let nearest = known
        .iter()
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .max_by(|one, other| one.0.total_cmp(&other.0));
    match nearest {
        Some((likeness, nearest)) if likeness > 0.7 => {
            format!("is not known; did you mean {nearest}?")
        }
        Some(_) => format!("is not known; known are {}", known.join(", ")),
        None => "is not known: this operation takes no parameters".to_owned(),
    }
}

/// What an operation takes as its body.
pub(crate) trait Take: Sized + Send {
    /// Its schema; `None`: it takes no body.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;

    /// Reads it.
    fn read(bytes: &[u8]) -> Result<Self, Problem>;
}

/// No body.
pub(crate) struct NoBody;

impl Take for NoBody {
    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }

    fn read(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.is_empty() {
            Ok(Self)
        } else {
            Err(Problem::new(Kind::Body, "this operation takes no body"))
        }
    }
}

/// A JSON document.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned + JsonSchema + Send> Take for Json<T> {
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }

    fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(wrong)?;
        deserializer
            .end()
            .map_err(|_| Problem::new(Kind::Body, "something follows the JSON document"))?;
        Ok(Self(value))
    }
}

/// Changes of a `T` (RFC 7396): what is there replaces, `null` takes away, what is not there stays.
pub(crate) struct Patch<T> {
    changes: Map<String, Value>,
    of: std::marker::PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned + JsonSchema> Patch<T> {
    /// What `current` becomes.
    pub(crate) fn onto(self, current: &T) -> Result<T, Problem> {
        let mut value = serde_json::to_value(current).unwrap_or_default();
        merge(&mut value, Value::Object(self.changes));
        serde_path_to_error::deserialize(value).map_err(wrong)
    }
}

impl<T: Serialize + DeserializeOwned + JsonSchema> Take for Patch<T> {
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        let mut schema = generator.subschema_for::<T>();
        schema.remove("required");
        schema.remove("title");
        Some(schema)
    }

    fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let Json(changes) = Json::<Map<String, Value>>::read(bytes)?;
        // A null would take away what was never there, and nobody would learn of the misspelling.
        let known = properties(&SchemaGenerator::default().into_root_schema_for::<T>());
        for name in changes.keys() {
            if !known.contains(name) {
                let pointer = pointer_of([name.as_str()]);
                return Err(Problem::member(&pointer, unknown(name, &known)));
            }
        }
        Ok(Self {
            changes,
            of: std::marker::PhantomData,
        })
    }
}

/// RFC 7396 §2.
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else {
        return;
    };
    for (name, change) in patch {
        if change.is_null() {
            target.remove(&name);
        } else {
            merge(target.entry(name).or_insert(Value::Null), change);
        }
    }
}

fn wrong(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    use serde_path_to_error::Segment;
    let segments: Vec<String> = error
        .path()
        .iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { variant } => Some(variant.clone()),
            Segment::Unknown => None,
        })
        .collect();
    let pointer = pointer_of(segments.iter().map(String::as_str));
    Problem::member(&pointer, error.into_inner())
}

/// RFC 6901 §3.
fn pointer_of<'a>(segments: impl IntoIterator<Item = &'a str>) -> String {
    let mut pointer = String::new();
    for segment in segments {
        pointer.push('/');
        pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn bytes(headers: &HeaderMap, body: Body, limit: usize) -> Result<Bytes, Problem> {
    let collected = Limited::new(body, limit).collect();
    let bytes = match tokio::time::timeout(BODY_TIMEOUT, collected).await {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let detail = format!("this operation reads {} KiB at the most", limit / 1024);
            return Err(Problem::new(Kind::TooLong, detail));
        }
        Ok(Err(_)) => {
            return Err(Problem::new(Kind::Body, "the body broke off"));
        }
        Err(_) => {
            return Err(Problem::new(
                Kind::Body,
                "the body did not arrive within 10 seconds",
            ));
        }
    };
    if !bytes.is_empty() && !is_json(headers) {
        return Err(Problem::header(
            Kind::MediaType,
            "content-type",
            "is application/json, or application/merge-patch+json for a PATCH",
        ));
    }
    Ok(bytes)
}

fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let media_type = value.as_bytes().split(|byte| *byte == b';').next();
    let media_type = media_type.unwrap_or_default().trim_ascii();
    media_type.eq_ignore_ascii_case(b"application/json")
        || media_type.eq_ignore_ascii_case(b"application/merge-patch+json")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Fields {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        organization: Option<String>,
        disabled: Option<Flag>,
    }

    fn told<T>(outcome: Result<T, Problem>) -> String {
        format!("{:?}", outcome.err().unwrap())
    }

    #[test]
    fn a_query_is_typed_and_an_unknown_parameter_is_refused_naming_the_nearest() {
        let (filter, paging, text) =
            query::<Filter>("organization=acme&limit=2&disabled=true", true).unwrap();
        assert_eq!(filter.organization.as_deref(), Some("acme"));
        assert_eq!(
            (filter.disabled, paging.unwrap().limit),
            (Some(Flag(true)), 2)
        );
        assert_eq!(text, "disabled=\"true\"&organization=\"acme\"");
        let error = told(query::<Filter>("organisation=acme", true));
        assert!(error.contains("did you mean organization?"), "{error}");
        for bad in [
            "limit=0",
            "limit=201",
            "limit=-1",
            "limit=x",
            "disabled=yes",
            "disabled=true&disabled=true",
        ] {
            assert!(query::<Filter>(bad, true).is_err(), "{bad}");
        }
        assert!(query::<Filter>("limit=1", false).is_err());
    }

    #[test]
    fn a_wrong_member_is_pointed_to() {
        let error = told(Json::<Fields>::read(br#"{"name":"a","tags":["b",5]}"#));
        assert!(error.contains("\"/tags/1\""), "{error}");
        let error = told(Json::<Fields>::read(br#"{"nmae":"a"}"#));
        assert!(
            error.contains("\"/nmae\"") && error.contains("`name`"),
            "{error}"
        );
        assert!(Json::<Fields>::read(br#"{"name":"a","name":"b"}"#).is_err());
        assert!(Json::<Fields>::read(br#"{"name":"a"} {}"#).is_err());
    }

    #[test]
    fn a_patch_changes_what_it_names_and_nothing_else() {
        let current = Fields {
            name: "a".into(),
            note: Some("b".into()),
            tags: vec!["c".into()],
        };
        let patch = |text: &str| Patch::<Fields>::read(text.as_bytes())?.onto(&current);
        let changed = patch(r#"{"note":null,"name":"d"}"#).unwrap();
        assert_eq!(changed.name, "d");
        assert_eq!((changed.note, changed.tags), (None, vec!["c".to_owned()]));
        assert!(told(patch(r#"{"nmae":null}"#)).contains("did you mean name?"));
        assert!(told(patch(r#"{"name":null}"#)).contains("missing field `name`"));
    }
}
