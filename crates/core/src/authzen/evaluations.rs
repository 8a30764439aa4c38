//! Access evaluation, one or many (§6, §7).
//!
//! Members at the top are defaults; what an evaluation says itself replaces them as a whole
//! (§7.1.1). One exception: an entity that has an id and no type takes the type of the default. A
//! name alone says nothing, and the type that was meant is there. The id of a default is never
//! taken, nor its properties: they are somebody else's.
//!
//! What is wrong with one evaluation of many denies that one (§7.2.1).

use serde_json::{Map, Value};

use super::entity::{
    Action, Entity, Names, Partial, RESOURCE, RequestError, SUBJECT, context, object, text,
};
use crate::policy::attribute::Properties;

/// The most evaluations of a request.
pub const MOST: usize = 200;

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// Who.
    pub subject: Entity,
    /// What is done.
    pub action: Action,
    /// To what.
    pub resource: Entity,
    /// Under which circumstances.
    pub context: Properties,
}

/// What the evaluations endpoint is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evaluations {
    /// One question: the answer is that of the evaluation endpoint (§7.1).
    One(Box<Evaluation>),
    /// Several.
    Many {
        /// In their order.
        items: Vec<Result<Evaluation, RequestError>>,
        /// Which of them are answered.
        semantic: Semantic,
    },
}

/// Which evaluations are answered (§7.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Semantic {
    /// All.
    #[default]
    ExecuteAll,
    /// All up to the first that is denied.
    DenyOnFirstDeny,
    /// All up to the first that is permitted.
    PermitOnFirstPermit,
}

impl Evaluation {
    /// Reads a request to the evaluation endpoint.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read(request: &Map<String, Value>) -> Result<Self, RequestError> {
        Ok(Self {
            subject: Entity::read(request, SUBJECT)?,
            action: Action::read_required(request)?,
            resource: Entity::read(request, RESOURCE)?,
            context: context(request)?.unwrap_or_default(),
        })
    }
}

impl Evaluations {
    /// Reads a request to the evaluations endpoint.
    ///
    /// # Errors
    /// [`RequestError`], for what concerns all of them.
    pub fn read(request: &Map<String, Value>) -> Result<Self, RequestError> {
        let semantic = Semantic::read(request)?;
        let items = match request.get("evaluations") {
            None | Some(Value::Null) => &[][..],
            Some(Value::Array(items)) => items,
            Some(_) => {
                return Err(RequestError::Type {
                    member: "evaluations",
                    expected: "an array",
                });
            }
        };
        if items.is_empty() {
            let only = Evaluation::read(request)?;
            return Ok(Self::One(Box::new(only)));
        }
        if items.len() > MOST {
            return Err(RequestError::TooMany);
        }
        let defaults = Defaults::read(request)?;
        let items = items.iter().map(|item| defaults.complete(item)).collect();
        Ok(Self::Many { items, semantic })
    }
}

impl Semantic {
    fn read(request: &Map<String, Value>) -> Result<Self, RequestError> {
        let Some(options) = object(request, "options", "options")? else {
            return Ok(Self::default());
        };
        const NAME: &str = "evaluations_semantic";
        let semantic = text(options, NAME, "options.evaluations_semantic")?;
        match semantic.as_deref() {
            None => Ok(Self::default()),
            Some("execute_all") => Ok(Self::ExecuteAll),
            Some("deny_on_first_deny") => Ok(Self::DenyOnFirstDeny),
            Some("permit_on_first_permit") => Ok(Self::PermitOnFirstPermit),
            Some(_) => Err(RequestError::Semantic),
        }
    }

    /// Whether nothing more is answered after this decision.
    pub const fn ends_with(self, decision: bool) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !decision,
            Self::PermitOnFirstPermit => decision,
        }
    }
}

struct Defaults {
    subject: Option<Partial>,
    action: Option<Action>,
    resource: Option<Partial>,
    context: Option<Properties>,
}

impl Defaults {
    fn read(request: &Map<String, Value>) -> Result<Self, RequestError> {
        Ok(Self {
            subject: Partial::read(request, SUBJECT)?,
            action: Action::read(request)?,
            resource: Partial::read(request, RESOURCE)?,
            context: context(request)?,
        })
    }

    fn complete(&self, item: &Value) -> Result<Evaluation, RequestError> {
        let Value::Object(item) = item else {
            return Err(RequestError::Type {
                member: "an evaluation",
                expected: "an object",
            });
        };
        let action = Action::read(item)?.or_else(|| self.action.clone());
        let context = context(item)?.or_else(|| self.context.clone());
        Ok(Evaluation {
            subject: entity(item, self.subject.as_ref(), SUBJECT)?,
            action: action.ok_or(RequestError::Missing("action"))?,
            resource: entity(item, self.resource.as_ref(), RESOURCE)?,
            context: context.unwrap_or_default(),
        })
    }
}

fn entity(
    item: &Map<String, Value>,
    default: Option<&Partial>,
    names: Names,
) -> Result<Entity, RequestError> {
    let entity = match (Partial::read(item, names)?, default) {
        (Some(own), Some(default)) if own.id.is_some() => Partial {
            kind: own.kind.or_else(|| default.kind.clone()),
            ..own
        },
        (Some(own), _) => own,
        (None, Some(default)) => default.clone(),
        (None, None) => return Err(names.missing()),
    };
    entity.complete(names)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn map(request: Value) -> Map<String, Value> {
        serde_json::from_value(request).unwrap()
    }

    fn good() -> Value {
        json!({
            "subject": {"type": "user", "id": "alice", "more": 1},
            "action": {"name": "read"},
            "resource": {"type": "record", "id": "1", "properties": {"a": null}},
            "future": [],
        })
    }

    fn items(request: Value) -> Vec<Result<Evaluation, RequestError>> {
        match Evaluations::read(&map(request)).unwrap() {
            Evaluations::Many { items, .. } => items,
            Evaluations::One(_) => panic!("one"),
        }
    }

    #[test]
    fn what_is_required_is_required_and_what_is_unknown_is_ignored() {
        let read = Evaluation::read(&map(good())).unwrap();
        assert_eq!(
            (read.subject.id.as_str(), read.resource.kind.as_str()),
            ("alice", "record")
        );
        for (pointer, member) in [
            ("/subject", "subject"),
            ("/subject/type", "subject.type"),
            ("/subject/id", "subject.id"),
            ("/action", "action"),
            ("/action/name", "action.name"),
            ("/resource", "resource"),
            ("/resource/type", "resource.type"),
            ("/resource/id", "resource.id"),
        ] {
            let mut request = good();
            *request.pointer_mut(pointer).unwrap() = Value::Null;
            let refused = Evaluation::read(&map(request.clone()));
            assert_eq!(refused, Err(RequestError::Missing(member)));
            for wrong in [json!(1), json!(true), json!(["x"])] {
                *request.pointer_mut(pointer).unwrap() = wrong;
                let refused = Evaluation::read(&map(request.clone())).unwrap_err();
                assert!(matches!(refused, RequestError::Type { member: of, .. } if of == member));
            }
        }
        for member in ["context", "options"] {
            let mut request = good();
            request[member] = json!("x");
            assert!(Evaluations::read(&map(request)).is_err(), "{member}");
        }
    }

    #[test]
    fn without_evaluations_it_is_the_single_question() {
        for none in [json!([]), Value::Null] {
            let mut request = good();
            request["evaluations"] = none;
            let read = Evaluations::read(&map(request)).unwrap();
            assert!(matches!(read, Evaluations::One(_)));
        }
        let refused = Evaluations::read(&map(json!({"evaluations": []})));
        assert_eq!(refused, Err(RequestError::Missing("subject")));
        let mut request = good();
        request["evaluations"] = json!({});
        assert!(Evaluations::read(&map(request)).is_err());
    }

    #[test]
    fn an_evaluation_replaces_a_default_as_a_whole() {
        let mut request = good();
        request["context"] = json!({"x": 1});
        request["evaluations"] = json!([
            {},
            {"resource": {"type": "record", "id": "2"}, "context": {"y": 2}},
            {"action": {"name": "write", "properties": {"p": 1}}},
        ]);
        let items = items(request);
        let [Ok(first), Ok(second), Ok(third)] = items.as_slice() else {
            panic!("{items:?}");
        };
        assert_eq!(first.resource.properties, map(json!({"a": null})));
        assert_eq!(first.context, map(json!({"x": 1})));
        assert!(second.resource.properties.is_empty());
        assert_eq!(second.context, map(json!({"y": 2})));
        assert_eq!(
            (third.action.name.as_str(), third.subject.id.as_str()),
            ("write", "alice")
        );
    }

    #[test]
    fn only_the_type_of_a_default_fills_a_gap() {
        let mut request = good();
        request["evaluations"] = json!([
            {"resource": {"id": "2"}},
            {"resource": {"type": "record"}},
            {"resource": {}},
            {"subject": {"type": "user"}},
            {"action": {}},
        ]);
        let items = items(request);
        let resource = &items[0].as_ref().unwrap().resource;
        assert_eq!(
            (resource.kind.as_str(), resource.id.as_str()),
            ("record", "2")
        );
        assert!(resource.properties.is_empty());
        let refused: Vec<_> = items[1..]
            .iter()
            .map(|item| item.as_ref().unwrap_err())
            .collect();
        let missing = ["resource.id", "resource.type", "subject.id", "action.name"];
        assert_eq!(
            refused,
            missing
                .map(RequestError::Missing)
                .iter()
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn what_is_wrong_with_one_denies_that_one_and_what_is_wrong_with_all_is_an_error() {
        let mut request = good();
        request["evaluations"] = json!([{}, 1, null, {"subject": "alice"}, {"context": []}]);
        let wrong: Vec<_> = items(request.clone()).iter().map(Result::is_err).collect();
        assert_eq!(wrong, [false, true, true, true, true]);
        request["subject"] = json!("alice");
        assert!(Evaluations::read(&map(request)).is_err());
    }

    #[test]
    fn the_number_of_evaluations_is_bounded() {
        let many = |count: usize| {
            let mut request = good();
            request["evaluations"] = vec![json!({}); count].into();
            Evaluations::read(&map(request))
        };
        assert!(many(MOST).is_ok());
        assert_eq!(many(MOST + 1), Err(RequestError::TooMany));
    }

    #[test]
    fn a_semantic_is_one_of_three() {
        let semantic = |value: Value| {
            let mut request = good();
            request["evaluations"] = json!([{}]);
            request["options"] = json!({"evaluations_semantic": value, "other": 1});
            match Evaluations::read(&map(request)) {
                Ok(Evaluations::Many { semantic, .. }) => Ok(semantic),
                Ok(Evaluations::One(_)) => panic!("one"),
                Err(error) => Err(error),
            }
        };
        for (text, expected, ends) in [
            (json!(null), Semantic::ExecuteAll, [false, false]),
            (json!("execute_all"), Semantic::ExecuteAll, [false, false]),
            (
                json!("deny_on_first_deny"),
                Semantic::DenyOnFirstDeny,
                [true, false],
            ),
            (
                json!("permit_on_first_permit"),
                Semantic::PermitOnFirstPermit,
                [false, true],
            ),
        ] {
            assert_eq!(semantic(text), Ok(expected));
            assert_eq!(
                [false, true].map(|decision| expected.ends_with(decision)),
                ends
            );
        }
        for text in ["", "bogus_value", "Execute_All"] {
            assert_eq!(semantic(json!(text)), Err(RequestError::Semantic));
        }
        assert!(semantic(json!(1)).is_err());
    }
}
