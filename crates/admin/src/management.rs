//! The operations of the Management API for whoever is in the same process: the console.
//!
//! A page does nothing by itself: it asks an operation, by its name, with the path, query and body
//! that a client of the API would send. So the guard, the checks, the act and its row of the audit
//! log are the same, and no page can forget one of them.

use std::{collections::BTreeMap, sync::Arc};

use axum::{Router, body::Body, response::Response};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use symbolon_core::{
    id::Id, organization::Organization, percent::encoded, subject::Subject, time::Timestamp,
};

use crate::{
    Admin, AdminParts, AdminSettings,
    call::Origin,
    caller::{Caller, Token},
    cursor::Cursors,
    guard::{Guard, Places},
    operation::{Asked, Operation},
    problem::Problem,
    scopes::Needed,
};

/// The longest answer of an operation that is read here, in bytes.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;

/// All operations, and what they work on.
pub struct Management {
    pub(crate) admin: Arc<Admin>,
    pub(crate) operations: BTreeMap<&'static str, Arc<Operation>>,
    pub(crate) guard: Arc<symbolon_web::guard::Guard>,
}

/// What is asked of an operation.
#[derive(Clone, Debug, Default)]
pub struct Ask<'a> {
    operation: &'a str,
    path: Vec<(&'static str, String)>,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
    version: Option<i64>,
}

/// A part of a list, as an operation answers it.
#[derive(Clone, Debug, Deserialize)]
pub struct Listed<T> {
    /// What is in it.
    pub items: Vec<T>,
    /// What `after` says to get the next part.
    pub next: Option<String>,
}

impl<'a> Ask<'a> {
    /// Asks the operation of this name, such as `list_users`.
    pub fn new(operation: &'a str) -> Self {
        Self {
            operation,
            ..Self::default()
        }
    }

    /// A part of the path, as it is: nothing has to be escaped.
    #[must_use]
    pub fn at(mut self, name: &'static str, value: impl ToString) -> Self {
        self.path.push((name, value.to_string()));
        self
    }

    /// A parameter of the query; an empty one is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        let value = value.to_string();
        if !value.is_empty() {
            self.query.push((name, value));
        }
        self
    }

    /// The body.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The version that is changed (`If-Match`).
    #[must_use]
    pub const fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }
}

impl Management {
    /// The operations over these parts.
    pub fn new(settings: AdminSettings, parts: AdminParts) -> Arc<Self> {
        let operations = crate::api::operations().into_iter();
        let operations = operations.chain(crate::own::operations());
        Arc::new(Self {
            operations: operations
                .map(|operation| (operation.id, Arc::new(operation)))
                .collect(),
            guard: parts.guard,
            admin: Arc::new(Admin {
                callers: parts.callers,
                clock: parts.clock,
                cursors: Cursors::new(parts.cursor_key),
                entropy: parts.entropy,
                keys: parts.keys,
                passwords: parts.passwords,
                sectors: parts.sectors,
                settings,
                storage: parts.storage,
            }),
        })
    }

    /// All routes of the API.
    pub fn router(&self) -> Router {
        crate::router(self)
    }

    /// Whether there is an operation of this name.
    pub fn knows(&self, operation: &str) -> bool {
        self.operations.contains_key(operation)
    }

    /// Whether the caller may do such a thing anywhere: whether a link to it makes sense.
    pub fn may(&self, caller: &Caller, operation: &str) -> bool {
        let needs = self.operations.get(operation).map(|found| found.needs);
        match needs {
            None => false,
            Some(None) => true,
            Some(Some(needed)) => self.guard_of(caller).places(needed).any(),
        }
    }

    /// Whether the caller may do such a thing to what the organization owns; `None`: to what belongs
    /// to none. Whether a button makes sense: the operation asks again.
    pub fn may_in(
        &self,
        caller: &Caller,
        operation: &str,
        organization: Option<&Id<Organization>>,
    ) -> bool {
        let needs = self.operations.get(operation).map(|found| found.needs);
        match needs {
            None => false,
            Some(None) => true,
            Some(Some(needed)) => self.guard_of(caller).may(organization, needed),
        }
    }

    /// The organizations in which the caller may do such a thing; `None`: in all of them.
    pub fn places(&self, caller: &Caller, operation: &str) -> Option<Vec<Id<Organization>>> {
        let needs = self.operations.get(operation).and_then(|found| found.needs);
        match self
            .guard_of(caller)
            .places(needs.unwrap_or(Needed::OrganizationsRead))
        {
            Places::Everywhere => None,
            Places::In(places) => Some(places.into_iter().collect()),
        }
    }

    /// The organization whose roles count for all organizations.
    pub fn system(&self) -> Option<&Id<Organization>> {
        self.admin.settings.system.as_ref()
    }

    /// Asks an operation.
    ///
    /// # Errors
    /// What the API would answer.
    pub async fn ask<T: DeserializeOwned>(
        &self,
        caller: &Caller,
        origin: &Origin,
        ask: Ask<'_>,
    ) -> Result<T, Problem> {
        let body = self.bytes(caller, origin, ask).await?;
        let body: &[u8] = if body.is_empty() { b"null" } else { &body };
        serde_json::from_slice(body).map_err(|error| {
            tracing::error!(%error, "an operation answered what the console does not expect");
            Problem::failed()
        })
    }

    /// Asks an operation of which nothing is to be known but that it is done.
    ///
    /// # Errors
    /// What the API would answer.
    pub async fn tell(
        &self,
        caller: &Caller,
        origin: &Origin,
        ask: Ask<'_>,
    ) -> Result<(), Problem> {
        self.bytes(caller, origin, ask).await.map(drop)
    }

    async fn bytes(
        &self,
        caller: &Caller,
        origin: &Origin,
        ask: Ask<'_>,
    ) -> Result<bytes::Bytes, Problem> {
        let Some(operation) = self.operations.get(ask.operation) else {
            tracing::error!(operation = ask.operation, "there is no such operation");
            return Err(Problem::failed());
        };
        let guard = operation.authorized(&self.admin, caller.clone()).await?;
        let mut headers = HeaderMap::new();
        let tag = ask.version.map(|version| format!("\"{version}\""));
        if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
            headers.insert(header::IF_MATCH, tag);
        }
        let body = ask.body.as_ref().map(serde_json::to_vec);
        let asked = Asked {
            path: ask
                .path
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            query: query(&ask.query),
            body: body
                .transpose()
                .unwrap_or_default()
                .unwrap_or_default()
                .into(),
            headers,
            origin: origin.clone(),
        };
        let response = operation.run(Arc::clone(&self.admin), guard, asked).await?;
        read(response).await
    }

    fn guard_of(&self, caller: &Caller) -> Guard {
        Guard {
            caller: caller.clone(),
            system: self.admin.settings.system.clone(),
        }
    }
}

impl Caller {
    /// Who calls.
    pub fn id(&self) -> &Id<Subject> {
        &self.subject.id
    }

    /// When he last signed in, if that is known.
    pub const fn authenticated_at(&self) -> Option<Timestamp> {
        match &self.token {
            Token::Access {
                authenticated_at, ..
            } => *authenticated_at,
            Token::Session {
                authenticated_at, ..
            } => Some(*authenticated_at),
            Token::Personal { .. } => None,
        }
    }
}

impl std::fmt::Debug for Management {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Management")
    }
}

/// RFC 3986 §2: every byte of a value that is not unreserved is escaped.
fn query(pairs: &[(&'static str, String)]) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(name);
        query.push('=');
        query.push_str(&encoded(value));
    }
    query
}

async fn read(response: Response<Body>) -> Result<bytes::Bytes, Problem> {
    let body = http_body_util::Limited::new(response.into_body(), LONGEST_ANSWER);
    let collected = body.collect().await.map_err(|error| {
        tracing::error!(%error, "an operation answered too much");
        Problem::failed()
    })?;
    Ok(collected.to_bytes())
}
