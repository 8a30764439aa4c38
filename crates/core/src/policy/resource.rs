//! Resources that an API decides about beside its endpoints: which scope it takes to do what to
//! which kind of thing.
//!
//! A line says: for this action on a resource of this type, when these attributes have these values,
//! the caller needs this scope. The first line whose conditions are all met counts. So attributes
//! choose the scope, and rules say who has it: that stays the one table that answers "who can do
//! this?".
//!
//! A condition about something that the question does not say is not met: let the last line of an
//! action be the one without conditions, and let it need the most.
//!
//! *Instances* are the resources that are known by name. They exist so that a search has something
//! to find, and so that what is known of one need not be sent with every question.
//!
//! Left out: comparisons other than equality, and conditions that combine with anything but "and".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Map;

use crate::policy::{
    api_scope::ApiScope,
    attribute::{Attribute, Attributes, Expected, Properties, is_name},
};

/// The most lines of an API.
pub const MOST_LINES: usize = 1_000;

/// The most instances of an API.
pub const MOST_INSTANCES: usize = 5_000;

/// The most conditions of a line, and properties of an instance.
pub const MOST_ATTRIBUTES: usize = 32;

/// Types with a meaning of their own: an organization, and an endpoint.
pub const RESERVED: [&str; 2] = ["organization", "route"];

/// What it takes to do something to a kind of resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceLine {
    /// The type of the resource.
    #[serde(rename = "type")]
    pub kind: String,
    /// The name of the action.
    pub action: String,
    /// What has to be so for this line to count.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub when: BTreeMap<Attribute, Expected>,
    /// What a caller needs.
    pub scope: ApiScope,
}

/// A resource that is known by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub id: String,
    /// What is known of it, unless a question says otherwise.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Properties,
}

/// Lines in their order, and instances by type and name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Resources {
    #[serde(rename = "resources", skip_serializing_if = "Vec::is_empty")]
    lines: Vec<ResourceLine>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    instances: Vec<Instance>,
    /// The lines of each type and action, by their places.
    #[serde(skip)]
    places: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
}

/// Why there are no such resources.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    /// An instance stands twice.
    #[error("the instance {id} of {kind} is there twice; remove one")]
    InstanceTwice {
        /// Its type.
        kind: String,
        /// Its name.
        id: String,
    },
    /// An instance of a type that no line is about.
    #[error("{kind} has an instance, but no line says what can be done to it; add one")]
    InstanceWithoutLine {
        /// The type.
        kind: String,
    },
    /// A name or value that is empty, too long, or cannot be seen.
    #[error(
        "types, actions, attributes, ids and texts have 1 to 256 bytes and no control characters"
    )]
    Name,
    /// A type that Symbolon itself answers for.
    #[error("the type {0} is Symbolon's own; call it otherwise")]
    Reserved(String),
    /// More than [`MOST_ATTRIBUTES`].
    #[error("a line has at most 32 conditions, an instance at most 32 properties")]
    TooManyAttributes,
    /// More than [`MOST_INSTANCES`].
    #[error("an API has at most 5000 instances; the others can be asked about all the same")]
    TooManyInstances,
    /// More than [`MOST_LINES`].
    #[error("an API has at most 1000 lines about resources")]
    TooManyLines,
    /// A line that an earlier one always precedes.
    #[error(
        "{action} on {kind}: line {line} never counts, as an earlier one does whenever it would; move it up"
    )]
    Unreachable {
        /// The type.
        kind: String,
        /// The action.
        action: String,
        /// Which, counted from 1.
        line: usize,
    },
}

impl Resources {
    /// Makes them of lines in their order and instances in any.
    ///
    /// # Errors
    /// [`ResourceError`] says what is inconsistent.
    pub fn new(
        lines: Vec<ResourceLine>,
        mut instances: Vec<Instance>,
    ) -> Result<Self, ResourceError> {
        if lines.len() > MOST_LINES {
            return Err(ResourceError::TooManyLines);
        }
        if instances.len() > MOST_INSTANCES {
            return Err(ResourceError::TooManyInstances);
        }
        let mut places: BTreeMap<String, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
        for (place, line) in lines.iter().enumerate() {
            check_line(line)?;
            let own = places.entry(line.kind.clone()).or_default();
            let own = own.entry(line.action.clone()).or_default();
            let mut earlier = own.iter().filter_map(|place| lines.get(*place));
            if earlier.any(|earlier| earlier.precedes(line)) {
                return Err(ResourceError::Unreachable {
                    kind: line.kind.clone(),
                    action: line.action.clone(),
                    line: place.saturating_add(1),
                });
            }
            own.push(place);
        }
        instances.sort_by(|one, other| one.key().cmp(&other.key()));
        let mut before: Option<&Instance> = None;
        for instance in &instances {
            check_instance(instance)?;
            let Instance { kind, id, .. } = instance;
            if !places.contains_key(kind) {
                return Err(ResourceError::InstanceWithoutLine { kind: kind.clone() });
            }
            if before.is_some_and(|before| before.key() == instance.key()) {
                let (kind, id) = (kind.clone(), id.clone());
                return Err(ResourceError::InstanceTwice { kind, id });
            }
            before = Some(instance);
        }
        Ok(Self {
            lines,
            instances,
            places,
        })
    }

    /// The lines, in their order.
    pub fn lines(&self) -> &[ResourceLine] {
        &self.lines
    }

    /// The instances, by type and name.
    pub fn instances(&self) -> &[Instance] {
        &self.instances
    }

    /// Whether there is a line about this type.
    pub fn has(&self, kind: &str) -> bool {
        self.places.contains_key(kind)
    }

    /// What it takes; `None` when no line counts.
    pub fn scope(&self, kind: &str, action: &str, said: Attributes<'_>) -> Option<&ApiScope> {
        let places = self.places.get(kind)?.get(action)?;
        let mut lines = places.iter().filter_map(|place| self.lines.get(*place));
        lines.find(|line| line.counts(said)).map(|line| &line.scope)
    }

    /// The actions that lines about a type name, sorted.
    pub fn actions(&self, kind: &str) -> impl Iterator<Item = &str> {
        let actions = self.places.get(kind).into_iter().flatten();
        actions.map(|(action, _)| action.as_str())
    }

    /// The instance of this name.
    pub fn instance(&self, kind: &str, id: &str) -> Option<&Instance> {
        let place = self
            .instances
            .binary_search_by(|own| own.key().cmp(&(kind, id)));
        self.instances.get(place.ok()?)
    }

    /// The instances of a type whose name comes after `after`, by name.
    pub fn instances_after<'a>(
        &'a self,
        kind: &'a str,
        after: Option<&'a str>,
    ) -> impl Iterator<Item = &'a Instance> {
        let start = self.instances.partition_point(|own| match after {
            Some(after) => own.key() <= (kind, after),
            None => own.kind.as_str() < kind,
        });
        let rest = self.instances.get(start..).unwrap_or_default().iter();
        rest.take_while(move |own| own.kind == kind)
    }
}

impl ResourceLine {
    /// Whether all conditions are met.
    fn counts(&self, said: Attributes<'_>) -> bool {
        self.when.iter().all(|(attribute, expected)| {
            let value = said.get(attribute);
            value.is_some_and(|value| expected.is(value))
        })
    }

    /// Whether this line counts whenever the other one would.
    fn precedes(&self, other: &Self) -> bool {
        let demanded = |(attribute, expected)| other.when.get(attribute) == Some(expected);
        self.when.iter().all(demanded)
    }
}

impl Instance {
    fn key(&self) -> (&str, &str) {
        (&self.kind, &self.id)
    }
}

fn check_line(line: &ResourceLine) -> Result<(), ResourceError> {
    check_kind(&line.kind)?;
    let named = |expected: &Expected| match expected {
        Expected::Text(text) => is_name(text),
        Expected::Flag(_) | Expected::Number(_) => true,
    };
    if !is_name(&line.action) || !line.when.values().all(named) {
        return Err(ResourceError::Name);
    }
    if line.when.len() > MOST_ATTRIBUTES {
        return Err(ResourceError::TooManyAttributes);
    }
    Ok(())
}

fn check_instance(instance: &Instance) -> Result<(), ResourceError> {
    check_kind(&instance.kind)?;
    if !is_name(&instance.id) || !instance.properties.keys().all(|name| is_name(name)) {
        return Err(ResourceError::Name);
    }
    if instance.properties.len() > MOST_ATTRIBUTES {
        return Err(ResourceError::TooManyAttributes);
    }
    Ok(())
}

fn check_kind(kind: &str) -> Result<(), ResourceError> {
    if RESERVED.contains(&kind) {
        return Err(ResourceError::Reserved(kind.to_owned()));
    }
    if is_name(kind) {
        Ok(())
    } else {
        Err(ResourceError::Name)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::{Value, json};

    use super::*;
    use crate::policy::attribute::LONGEST;

    fn lines(document: Value) -> Vec<ResourceLine> {
        serde_json::from_value(document).unwrap()
    }

    fn instance(kind: &str, id: &str) -> Instance {
        Instance {
            kind: kind.into(),
            id: id.into(),
            properties: Map::new(),
        }
    }

    fn records() -> Resources {
        let lines = lines(json!([
            {"type": "record", "action": "write", "when": {"resource.status": "archived", "subject.role": "admin"}, "scope": "Records.Amend"},
            {"type": "record", "action": "write", "when": {"resource.status": "archived"}, "scope": "Records.Restore"},
            {"type": "record", "action": "write", "scope": "Records.Write"},
            {"type": "record", "action": "delete", "when": {"action.soft": true}, "scope": "Records.Hide"},
            {"type": "record", "action": "grade", "when": {"resource.level": 3}, "scope": "Records.Grade"},
            {"type": "folder", "action": "read", "when": {"context.a.b": "x"}, "scope": "Folders.Read"},
        ]));
        let instances = ["b", "a", "c"].map(|id| instance("record", id));
        let folder = [instance("folder", "z")];
        Resources::new(lines, [&instances[..], &folder].concat()).unwrap()
    }

    fn needed(kind: &str, action: &str, said: &Value) -> Option<String> {
        let part = |name: &str| -> Properties {
            let part = said.get(name).cloned().unwrap_or(json!({}));
            serde_json::from_value(part).unwrap()
        };
        let [subject, of_action, resource, context] =
            ["subject", "action", "resource", "context"].map(part);
        let said = Attributes {
            subject: &subject,
            action: &of_action,
            resource: &resource,
            context: &context,
        };
        let resources = records();
        let scope = resources.scope(kind, action, said);
        scope.map(|scope| scope.as_str().to_owned())
    }

    #[test]
    fn the_first_line_whose_conditions_are_all_met_counts() {
        for (action, said, expected) in [
            ("write", json!({}), Some("Records.Write")),
            (
                "write",
                json!({"resource": {"status": "active"}}),
                Some("Records.Write"),
            ),
            (
                "write",
                json!({"resource": {"status": "archived"}}),
                Some("Records.Restore"),
            ),
            (
                "write",
                json!({"resource": {"status": "archived"}, "subject": {"role": "admin", "more": [1]}}),
                Some("Records.Amend"),
            ),
            // Of somebody else.
            (
                "write",
                json!({"resource": {"status": "archived", "role": "admin"}}),
                Some("Records.Restore"),
            ),
            (
                "delete",
                json!({"action": {"soft": true}}),
                Some("Records.Hide"),
            ),
            ("delete", json!({"action": {"soft": false}}), None),
            ("delete", json!({}), None),
            (
                "grade",
                json!({"resource": {"level": 3}}),
                Some("Records.Grade"),
            ),
            ("shred", json!({}), None),
        ] {
            assert_eq!(
                needed("record", action, &said).as_deref(),
                expected,
                "{action} {said}"
            );
        }
        let dotted = json!({"context": {"a.b": "x", "a": {"b": "y"}}});
        assert_eq!(
            needed("folder", "read", &dotted).as_deref(),
            Some("Folders.Read")
        );
        assert_eq!(needed("record", "read", &dotted), None);
        assert_eq!(needed("Record", "write", &json!({})), None);
    }

    #[test]
    fn a_value_of_another_type_meets_no_condition() {
        for soft in [
            json!("true"),
            json!(1),
            json!(null),
            json!([true]),
            json!({"is": true}),
        ] {
            assert_eq!(
                needed("record", "delete", &json!({"action": {"soft": soft}})),
                None
            );
        }
        for level in [
            json!("3"),
            json!(3.5),
            json!(4),
            json!([3]),
            json!(u64::MAX),
        ] {
            assert_eq!(
                needed("record", "grade", &json!({"resource": {"level": level}})),
                None
            );
        }
        for status in [json!("Archived"), json!(["archived"]), json!("archived ")] {
            let said = json!({"resource": {"status": status}});
            assert_eq!(
                needed("record", "write", &said).as_deref(),
                Some("Records.Write")
            );
        }
    }

    #[test]
    fn a_line_that_could_never_count_is_refused() {
        let line = |action: &str, when: Value| json!({"type": "r", "action": action, "when": when, "scope": "a.b"});
        let narrow = line("read", json!({"resource.a": 1, "resource.b": 2}));
        let wide = line("read", json!({"resource.a": 1}));
        let other = line("read", json!({"resource.a": 2}));
        let all = line("read", json!({}));
        let elsewhere = line("write", json!({}));
        let make = |lines_of: &[&Value]| Resources::new(lines(json!(lines_of)), Vec::new());
        assert!(make(&[&elsewhere, &narrow, &wide, &other, &all]).is_ok());
        for bad in [[&wide, &narrow], [&all, &other], [&wide, &wide]] {
            let error = make(&bad).unwrap_err();
            assert!(
                matches!(error, ResourceError::Unreachable { line: 2, .. }),
                "{error}"
            );
        }
    }

    #[test]
    fn instances_are_found_and_listed_by_name() {
        let resources = records();
        let listed = |kind: &str, after: Option<&str>| -> Vec<String> {
            let found = resources.instances_after(kind, after);
            found.map(|own| own.id.clone()).collect()
        };
        assert_eq!(listed("record", None), ["a", "b", "c"]);
        assert_eq!(listed("record", Some("a")), ["b", "c"]);
        assert_eq!(listed("record", Some("aa")), ["b", "c"]);
        assert!(listed("record", Some("c")).is_empty() && listed("rec", None).is_empty());
        assert_eq!(listed("folder", None), ["z"]);
        assert!(resources.instance("record", "b").is_some());
        assert!(resources.instance("folder", "b").is_none());
        assert_eq!(
            resources.actions("record").collect::<Vec<_>>(),
            ["delete", "grade", "write"]
        );
    }

    #[test]
    fn names_and_numbers_are_bounded() {
        let line = |kind: &str| lines(json!([{"type": kind, "action": "a", "scope": "a.b"}]));
        let make = |kind: &str, instances| Resources::new(line(kind), instances).unwrap_err();
        for kind in RESERVED {
            assert_eq!(make(kind, Vec::new()), ResourceError::Reserved(kind.into()));
        }
        for kind in ["", "a\nb", &"a".repeat(LONGEST + 1)] {
            assert_eq!(make(kind, Vec::new()), ResourceError::Name);
        }
        assert_eq!(make("r", vec![instance("r", "")]), ResourceError::Name);
        let (kind, id) = ("r".to_owned(), "x".to_owned());
        let twice = vec![instance("r", "x"), instance("r", "y"), instance("r", "x")];
        assert_eq!(make("r", twice), ResourceError::InstanceTwice { kind, id });
        let stray = ResourceError::InstanceWithoutLine { kind: "s".into() };
        assert_eq!(make("r", vec![instance("s", "x")]), stray);
        let many: Vec<_> = (0..=MOST_INSTANCES)
            .map(|id| instance("r", &id.to_string()))
            .collect();
        assert!(Resources::new(line("r"), many[1..].to_vec()).is_ok());
        assert_eq!(make("r", many), ResourceError::TooManyInstances);
        let mut wide = line("r").remove(0);
        for index in 0..=MOST_ATTRIBUTES {
            let attribute = Attribute::parse(&format!("subject.a{index}")).unwrap();
            wide.when.insert(attribute, Expected::Flag(true));
        }
        let error = Resources::new(vec![wide], Vec::new()).unwrap_err();
        assert_eq!(error, ResourceError::TooManyAttributes);
    }
}
