//! Searches (§8): the question with one of its parts left out, and the page of answers to give.
//!
//! A page ends with a token. It is sealed for the question that it belongs to, so that nobody can
//! read it, change it, or go on with another question (§8.2).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::entity::{Action, Entity, RESOURCE, RequestError, SUBJECT, context, object, text};
use crate::policy::attribute::Properties;

/// How many results a page has when nothing is said.
pub const USUAL_LIMIT: usize = 50;

/// The most results of a page.
pub const MOST_RESULTS: usize = 100;

/// The longest token.
const LONGEST_TOKEN: usize = 8_192;

/// Who may do this (§8.4)?
#[derive(Clone, Debug, PartialEq)]
pub struct SubjectSearch {
    /// The type of subject.
    pub kind: String,
    /// What is said of all of them.
    pub properties: Properties,
    /// What is done.
    pub action: Action,
    /// To what.
    pub resource: Entity,
    /// Under which circumstances.
    pub context: Properties,
    /// Which page.
    pub page: Page,
}

/// To what may it be done (§8.5)?
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceSearch {
    /// Who.
    pub subject: Entity,
    /// What is done.
    pub action: Action,
    /// The type of resource.
    pub kind: String,
    /// What is said of all of them.
    pub properties: Properties,
    /// Under which circumstances.
    pub context: Properties,
    /// Which page.
    pub page: Page,
}

/// What may be done (§8.6)?
#[derive(Clone, Debug, PartialEq)]
pub struct ActionSearch {
    /// Who.
    pub subject: Entity,
    /// To what.
    pub resource: Entity,
    /// Under which circumstances.
    pub context: Properties,
    /// Which page.
    pub page: Page,
}

/// Which page is asked for (§8.2.1).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Where the page before ended.
    pub token: Option<String>,
    /// How many results there may be.
    pub limit: Option<usize>,
    /// Ignored, but part of the question.
    properties: Properties,
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// How many results each page has.
    pub limit: usize,
    /// The candidate that was looked at last; empty: none.
    pub after: Vec<String>,
}

/// A page (§8.3). Its `page` comes first, as is recommended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Results<T> {
    page: Next,
    results: Vec<T>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Next {
    next_token: String,
    count: usize,
}

impl SubjectSearch {
    /// Reads a request.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read(request: &Map<String, Value>) -> Result<Self, RequestError> {
        let (kind, properties) = Entity::read_sought(request, SUBJECT)?;
        Ok(Self {
            kind,
            properties,
            action: Action::read_required(request)?,
            resource: Entity::read(request, RESOURCE)?,
            context: context(request)?.unwrap_or_default(),
            page: Page::read(request)?,
        })
    }

    /// Tells this question from every other one.
    pub fn fingerprint(&self) -> Vec<u8> {
        let Self {
            kind, properties, ..
        } = self;
        fingerprint(&json!([
            "subject",
            [kind, properties],
            [self.action.name, self.action.properties],
            entity(&self.resource),
            self.context,
            self.page.properties,
        ]))
    }
}

impl ResourceSearch {
    /// Reads a request.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read(request: &Map<String, Value>) -> Result<Self, RequestError> {
        let subject = Entity::read(request, SUBJECT)?;
        let action = Action::read_required(request)?;
        let (kind, properties) = Entity::read_sought(request, RESOURCE)?;
        Ok(Self {
            subject,
            action,
            kind,
            properties,
            context: context(request)?.unwrap_or_default(),
            page: Page::read(request)?,
        })
    }

    /// Tells this question from every other one.
    pub fn fingerprint(&self) -> Vec<u8> {
        let Self {
            kind, properties, ..
        } = self;
        fingerprint(&json!([
            "resource",
            entity(&self.subject),
            [self.action.name, self.action.properties],
            [kind, properties],
            self.context,
            self.page.properties,
        ]))
    }
}

impl ActionSearch {
    /// Reads a request. An action in it is ignored (§8.6.1).
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read(request: &Map<String, Value>) -> Result<Self, RequestError> {
        Ok(Self {
            subject: Entity::read(request, SUBJECT)?,
            resource: Entity::read(request, RESOURCE)?,
            context: context(request)?.unwrap_or_default(),
            page: Page::read(request)?,
        })
    }

    /// Tells this question from every other one.
    pub fn fingerprint(&self) -> Vec<u8> {
        fingerprint(&json!([
            "action",
            entity(&self.subject),
            entity(&self.resource),
            self.context,
            self.page.properties,
        ]))
    }
}

impl Page {
    fn read(request: &Map<String, Value>) -> Result<Self, RequestError> {
        let Some(page) = object(request, "page", "page")? else {
            return Ok(Self::default());
        };
        let limit = match page.get("limit") {
            None | Some(Value::Null) => None,
            Some(limit) => {
                let number = limit.as_u64().ok_or(RequestError::Type {
                    member: "page.limit",
                    expected: "a whole number that is not negative",
                })?;
                Some(usize::try_from(number).unwrap_or(MOST_RESULTS))
            }
        };
        let properties = object(page, "properties", "page.properties")?;
        Ok(Self {
            token: text(page, "token", "page.token")?,
            limit: limit.map(|limit| limit.min(MOST_RESULTS)),
            properties: properties.cloned().unwrap_or_default(),
        })
    }

    /// Where to begin. `opened` is what the token says; `None`: it is not one for this question.
    ///
    /// # Errors
    /// [`RequestError::Token`], also when the limit was changed midway (§8.2). It may be left out.
    pub fn begin(&self, opened: Option<&[u8]>) -> Result<Cursor, RequestError> {
        if self.token.is_none() {
            return Ok(Cursor {
                limit: self.limit.unwrap_or(USUAL_LIMIT),
                after: Vec::new(),
            });
        }
        let cursor = opened.and_then(|text| serde_json::from_slice::<Cursor>(text).ok());
        let cursor = cursor.ok_or(RequestError::Token)?;
        match self.limit {
            Some(limit) if limit != cursor.limit => Err(RequestError::Token),
            _ => Ok(cursor),
        }
    }

    /// The sealed bytes in the token.
    pub fn sealed(&self) -> Option<Vec<u8>> {
        let token = self.token.as_ref()?;
        let token = (token.len() <= LONGEST_TOKEN).then_some(token)?;
        URL_SAFE_NO_PAD.decode(token).ok()
    }
}

impl Cursor {
    /// What is to be sealed.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl<T> Results<T> {
    /// A page. `sealed` is where the next one begins, if there is one.
    pub fn new(results: Vec<T>, sealed: Option<&[u8]>) -> Self {
        let token = sealed.map(|sealed| URL_SAFE_NO_PAD.encode(sealed));
        let page = Next {
            next_token: token.unwrap_or_default(),
            count: results.len(),
        };
        Self { page, results }
    }
}

fn entity(entity: &Entity) -> Value {
    json!([entity.kind, entity.id, entity.properties])
}

/// Objects come sorted by name out of [`crate::json`], so equal questions are equal here.
fn fingerprint(question: &Value) -> Vec<u8> {
    Sha256::digest(question.to_string().as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn good() -> Value {
        json!({
            "subject": {"type": "user", "id": "alice"},
            "action": {"name": "read"},
            "resource": {"type": "record", "id": "1"},
            "context": {"b": 1, "a": 2},
            "page": {"limit": 7, "properties": {"sort": "up"}, "more": 1},
        })
    }

    fn map(request: &Value) -> Map<String, Value> {
        crate::json::object(request.to_string().as_bytes()).unwrap()
    }

    fn fingerprints(request: &Value) -> [Vec<u8>; 3] {
        let request = map(request);
        [
            SubjectSearch::read(&request).unwrap().fingerprint(),
            ResourceSearch::read(&request).unwrap().fingerprint(),
            ActionSearch::read(&request).unwrap().fingerprint(),
        ]
    }

    #[test]
    fn what_is_sought_needs_a_type_and_its_id_is_ignored_while_the_others_need_all() {
        let reads = |pointer: &str| {
            let mut request = good();
            *request.pointer_mut(pointer).unwrap() = Value::Null;
            let request = map(&request);
            [
                SubjectSearch::read(&request).is_ok(),
                ResourceSearch::read(&request).is_ok(),
                ActionSearch::read(&request).is_ok(),
            ]
        };
        assert_eq!(reads("/subject"), [false, false, false]);
        assert_eq!(reads("/subject/type"), [false, false, false]);
        assert_eq!(reads("/subject/id"), [true, false, false]);
        assert_eq!(reads("/resource"), [false, false, false]);
        assert_eq!(reads("/resource/type"), [false, false, false]);
        assert_eq!(reads("/resource/id"), [false, true, false]);
        assert_eq!(reads("/action"), [false, false, true]);
        assert_eq!(reads("/action/name"), [false, false, true]);
        assert_eq!(reads("/context"), [true, true, true]);
        assert_eq!(reads("/page"), [true, true, true]);
        let mut request = good();
        request["subject"]["id"] = json!(["ignored"]);
        assert!(SubjectSearch::read(&map(&request)).is_ok());
    }

    #[test]
    fn a_fingerprint_tells_questions_apart_and_not_their_spelling() {
        let all = fingerprints(&good());
        assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2]);
        let mut same = good();
        same["context"] = json!({"a": 2, "b": 1});
        same["foo"] = json!("ignored");
        same["page"]["limit"] = json!(9);
        assert_eq!(fingerprints(&same), all);
        for pointer in [
            "/context/a",
            "/page/properties/sort",
            "/resource/type",
            "/subject/type",
        ] {
            let mut other = good();
            *other.pointer_mut(pointer).unwrap() = json!("x");
            for (one, other) in fingerprints(&other).iter().zip(&all) {
                assert_ne!(one, other, "{pointer}");
            }
        }
        let mut other = good();
        other["subject"]["id"] = json!("bob");
        let changed = fingerprints(&other);
        assert_eq!(changed[0], all[0]);
        assert!(changed[1] != all[1] && changed[2] != all[2]);
    }

    #[test]
    fn a_page_is_bounded_and_its_limit_is_a_whole_number() {
        let page = |limit: Value| {
            let mut request = good();
            request["page"]["limit"] = limit;
            ActionSearch::read(&map(&request)).map(|search| search.page.limit)
        };
        assert_eq!(page(json!(1)), Ok(Some(1)));
        assert_eq!(page(json!(0)), Ok(Some(0)));
        assert_eq!(page(json!(null)), Ok(None));
        assert_eq!(page(json!(u64::MAX)), Ok(Some(MOST_RESULTS)));
        for bad in [json!(-1), json!(1.5), json!("1"), json!(1e30), json!(true)] {
            assert!(page(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_token_keeps_the_limit_it_began_with() {
        let page = |token: Option<&str>, limit| Page {
            token: token.map(str::to_owned),
            limit,
            properties: Map::new(),
        };
        let first = page(None, Some(2)).begin(None).unwrap();
        assert_eq!((first.limit, first.after.len()), (2, 0));
        assert_eq!(page(None, None).begin(None).unwrap().limit, USUAL_LIMIT);
        let cursor = Cursor {
            limit: 2,
            after: vec!["x".into()],
        };
        let opened = cursor.to_bytes();
        for limit in [None, Some(2)] {
            let next = page(Some("t"), limit).begin(Some(&opened));
            assert_eq!(next.as_ref(), Ok(&cursor));
        }
        let changed = page(Some("t"), Some(3)).begin(Some(&opened));
        assert_eq!(changed, Err(RequestError::Token));
        for opened in [None, Some(&b"{}"[..])] {
            assert_eq!(page(Some(""), None).begin(opened), Err(RequestError::Token));
        }
    }

    #[test]
    fn a_page_comes_first_and_ends_with_an_empty_token() {
        let last = Results::new(vec!["a"], None);
        let written = serde_json::to_string(&last).unwrap();
        assert_eq!(
            written,
            r#"{"page":{"next_token":"","count":1},"results":["a"]}"#
        );
        let more = Results::new(vec!["a"], Some(b"sealed"));
        let page = Page {
            token: Some(more.page.next_token),
            ..Page::default()
        };
        assert_eq!(page.sealed().unwrap(), b"sealed");
        let long = Page {
            token: Some("A".repeat(LONGEST_TOKEN + 1)),
            ..Page::default()
        };
        assert_eq!(long.sealed(), None);
    }
}
