//! The information model (§5): subjects, resources, actions, context.
//!
//! Unknown members are ignored (§10.1.1). A member that is `null` is one that is not there.

use serde_json::{Map, Value};

use crate::{policy::attribute::Properties, subject::Subject};

/// A subject or a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entity {
    /// Its type.
    pub kind: String,
    /// Its name among those of the type.
    pub id: String,
    /// What the caller knows of it.
    pub properties: Properties,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// How.
    pub properties: Properties,
}

/// What a request says of a subject or resource, complete or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Partial {
    /// Its type.
    pub kind: Option<String>,
    /// Its name.
    pub id: Option<String>,
    /// What the caller knows of it.
    pub properties: Properties,
}

/// Why a request says nothing definite: the answer is 400 (§10.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Something that is required is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// `options.evaluations_semantic` is not one of the three.
    #[error(
        "options.evaluations_semantic must be execute_all, deny_on_first_deny or permit_on_first_permit"
    )]
    Semantic,
    /// The token of a page is none, or belongs to another question.
    #[error(
        "page.token is not one that this question was answered with: repeat the question as it was, with the token of its last page"
    )]
    Token,
    /// More evaluations than are answered at once.
    #[error("a request has at most 200 evaluations: send several requests")]
    TooMany,
    /// A member has a value of another type.
    #[error("{member} must be {expected}")]
    Type {
        /// Which.
        member: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
}

/// Which subjects a type means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectKind {
    /// `subject`, `identity`: all of them.
    Any,
    /// `machine`.
    Machine,
    /// `user`.
    Person,
}

/// What the members of an entity are called in errors.
#[derive(Clone, Copy, Debug)]
pub struct Names {
    whole: &'static str,
    kind: &'static str,
    id: &'static str,
    properties: &'static str,
}

/// Those of a subject.
pub const SUBJECT: Names = Names {
    whole: "subject",
    kind: "subject.type",
    id: "subject.id",
    properties: "subject.properties",
};

/// Those of a resource.
pub const RESOURCE: Names = Names {
    whole: "resource",
    kind: "resource.type",
    id: "resource.id",
    properties: "resource.properties",
};

impl SubjectKind {
    /// What a type means; `None`: nothing that we know.
    pub fn of(kind: &str) -> Option<Self> {
        match kind {
            "identity" | "subject" => Some(Self::Any),
            "machine" => Some(Self::Machine),
            "user" => Some(Self::Person),
            _ => None,
        }
    }

    /// Whether it means this subject.
    pub fn is(self, subject: &Subject) -> bool {
        match self {
            Self::Any => true,
            Self::Machine => subject.person().is_none(),
            Self::Person => subject.person().is_some(),
        }
    }
}

impl Names {
    /// The entity itself is missing.
    pub(super) const fn missing(self) -> RequestError {
        RequestError::Missing(self.whole)
    }
}

impl Partial {
    /// Reads the entity, if it is there at all.
    ///
    /// # Errors
    /// [`RequestError::Type`].
    pub fn read(request: &Map<String, Value>, names: Names) -> Result<Option<Self>, RequestError> {
        let Some(entity) = object(request, names.whole, names.whole)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            kind: text(entity, "type", names.kind)?,
            id: text(entity, "id", names.id)?,
            properties: object(entity, "properties", names.properties)?
                .cloned()
                .unwrap_or_default(),
        }))
    }

    /// The entity, if nothing is missing.
    ///
    /// # Errors
    /// [`RequestError::Missing`].
    pub fn complete(self, names: Names) -> Result<Entity, RequestError> {
        let kind = self.kind.ok_or(RequestError::Missing(names.kind))?;
        Ok(Entity {
            kind,
            id: self.id.ok_or(RequestError::Missing(names.id))?,
            properties: self.properties,
        })
    }
}

impl Entity {
    /// Reads an entity that has to be there.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read(request: &Map<String, Value>, names: Names) -> Result<Self, RequestError> {
        let read = Partial::read(request, names)?;
        read.ok_or(names.missing())?.complete(names)
    }

    /// Reads the type and the properties of an entity that is searched for. Its id is ignored
    /// (§8.4.1, §8.5.1), and so is what it is.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read_sought(
        request: &Map<String, Value>,
        names: Names,
    ) -> Result<(String, Properties), RequestError> {
        let entity = object(request, names.whole, names.whole)?;
        let entity = entity.ok_or(names.missing())?;
        let kind = text(entity, "type", names.kind)?;
        let properties = object(entity, "properties", names.properties)?;
        Ok((
            kind.ok_or(RequestError::Missing(names.kind))?,
            properties.cloned().unwrap_or_default(),
        ))
    }
}

impl Action {
    /// Reads the action, if it is there at all.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read(request: &Map<String, Value>) -> Result<Option<Self>, RequestError> {
        const NAME: &str = "action.name";
        let Some(action) = object(request, "action", "action")? else {
            return Ok(None);
        };
        let properties = object(action, "properties", "action.properties")?;
        Ok(Some(Self {
            name: text(action, "name", NAME)?.ok_or(RequestError::Missing(NAME))?,
            properties: properties.cloned().unwrap_or_default(),
        }))
    }

    /// Reads an action that has to be there.
    ///
    /// # Errors
    /// [`RequestError`].
    pub fn read_required(request: &Map<String, Value>) -> Result<Self, RequestError> {
        Self::read(request)?.ok_or(RequestError::Missing("action"))
    }
}

/// Reads the context.
///
/// # Errors
/// [`RequestError::Type`].
pub fn context(request: &Map<String, Value>) -> Result<Option<Properties>, RequestError> {
    Ok(object(request, "context", "context")?.cloned())
}

/// A member that has to be an object where it is.
pub(super) fn object<'a>(
    of: &'a Map<String, Value>,
    key: &str,
    member: &'static str,
) -> Result<Option<&'a Map<String, Value>>, RequestError> {
    match of.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => Ok(Some(members)),
        Some(_) => Err(RequestError::Type {
            member,
            expected: "an object",
        }),
    }
}

/// A member that has to be text where it is.
pub(super) fn text(
    of: &Map<String, Value>,
    key: &str,
    member: &'static str,
) -> Result<Option<String>, RequestError> {
    match of.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(RequestError::Type {
            member,
            expected: "a string",
        }),
    }
}
