//! An operation: its route, what it needs, takes and answers, in one value. The router, the
//! authorization and the OpenAPI document all come of it, so that none can be without the others.

use std::{collections::BTreeMap, future::Future, pin::Pin, sync::Arc};

use axum::{
    body::Body,
    extract::{FromRequestParts, RawPathParams, Request},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use symbolon_core::subject::Subject;
use symbolon_storage::Stored;

use crate::{
    Admin,
    call::{Call, Origin},
    caller::{Caller, Refused},
    guard::Guard,
    input::{self, Paging, Take},
    metadata,
    own::{self, Own},
    problem::{Kind, Problem},
    scopes::Needed,
};

/// The longest body of most operations in bytes.
const BODY: usize = 256 * 1024;

/// The longest query in bytes.
const LONGEST_QUERY: usize = 8 * 1024;

type Answering = Pin<Box<dyn Future<Output = Result<Response, Problem>> + Send>>;
type Run = Box<dyn Fn(Incoming) -> Answering + Send + Sync>;

/// One method of one route.
pub(crate) struct Operation {
    pub(crate) method: Method,
    /// Below `/admin/v1`.
    pub(crate) path: &'static str,
    /// Its name: `list_organizations`.
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) description: &'static str,
    /// `None`: a live token is all.
    pub(crate) needs: Option<Needed>,
    /// Whether it is for the own account, and then not served.
    pub(crate) own: Own,
    pub(crate) status: StatusCode,
    pub(crate) shape: Shape,
    run: Run,
}

/// What an operation takes and answers, as schemas.
#[derive(Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) paged: bool,
    pub(crate) conditional: bool,
    pub(crate) tagged: bool,
    pub(crate) body_limit: usize,
    pub(crate) query: fn(&mut SchemaGenerator) -> Schema,
    pub(crate) body: fn(&mut SchemaGenerator) -> Option<Schema>,
    pub(crate) answer: fn(&mut SchemaGenerator) -> Option<Schema>,
}

/// What is asked of an operation, before it is parsed.
pub(crate) struct Asked {
    pub(crate) path: BTreeMap<String, String>,
    pub(crate) query: String,
    pub(crate) body: bytes::Bytes,
    pub(crate) headers: HeaderMap,
    pub(crate) origin: Origin,
}

/// What arrives at an operation's function.
struct Incoming {
    call: Call,
    query: String,
    body: bytes::Bytes,
    headers: HeaderMap,
    shape: Shape,
    status: StatusCode,
    id: &'static str,
}

/// What an operation answers.
pub(crate) trait Give: Send {
    /// Its schema; `None`: there is no body.
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema>;

    /// The body.
    fn bytes(&self) -> Option<Vec<u8>>;
}

/// A JSON body.
impl<T: Serialize + JsonSchema + Send> Give for T {
    fn schema(generator: &mut SchemaGenerator) -> Option<Schema> {
        Some(generator.subschema_for::<T>())
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        Some(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// No body: 204.
pub(crate) struct Nothing;

impl Give for Nothing {
    fn schema(_: &mut SchemaGenerator) -> Option<Schema> {
        None
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        None
    }
}

/// An answer, and what its headers say.
pub(crate) struct Reply<T> {
    body: T,
    version: Option<i64>,
    location: Option<String>,
}

impl<T> Reply<T> {
    /// This body.
    pub(crate) const fn of(body: T) -> Self {
        Self {
            body,
            version: None,
            location: None,
        }
    }

    /// What is stored, as it is shown, with its entity tag.
    pub(crate) fn stored<S>(stored: Stored<S>, view: impl FnOnce(Stored<S>) -> T) -> Self {
        let version = stored.version;
        Self::of(view(stored)).version(version)
    }

    /// With an entity tag.
    pub(crate) fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// With the path of what was made, below `/admin/v1`.
    pub(crate) fn at(mut self, path: String) -> Self {
        self.location = Some(path);
        self
    }
}

impl Operation {
    /// An operation, and the function that it is.
    pub(crate) fn new<Q, B, T, F>(
        method: Method,
        path: &'static str,
        needs: Option<Needed>,
        id: &'static str,
        run: impl Fn(Call, Q, B) -> F + Clone + Send + Sync + 'static,
    ) -> Self
    where
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        B: Take + 'static,
        T: Give + 'static,
        F: Future<Output = Result<Reply<T>, Problem>> + Send + 'static,
    {
        let created = method == Method::POST;
        let shape = Shape {
            paged: false,
            conditional: false,
            tagged: false,
            body_limit: BODY,
            query: |generator| generator.subschema_for::<Q>(),
            body: B::schema,
            answer: T::schema,
        };
        Self {
            path,
            id,
            own: Own::No,
            summary: "",
            description: "",
            needs,
            status: match (T::schema(&mut SchemaGenerator::default()), created) {
                (None, _) => StatusCode::NO_CONTENT,
                (Some(_), true) => StatusCode::CREATED,
                (Some(_), false) => StatusCode::OK,
            },
            method,
            shape,
            run: Box::new(move |incoming| {
                let run = run.clone();
                Box::pin(async move { incoming.answered(run).await })
            }),
        }
    }

    /// What it does: a sentence, and what else is to be known.
    pub(crate) fn about(mut self, summary: &'static str, description: &'static str) -> Self {
        self.summary = summary;
        self.description = description;
        self
    }

    /// It is for the own account.
    pub(crate) fn own(mut self, own: Own) -> Self {
        self.own = own;
        self
    }

    /// It answers a page at a time.
    pub(crate) fn paged(mut self) -> Self {
        self.shape.paged = true;
        self
    }

    /// It needs `If-Match`, and answers the new version unless it answers nothing.
    pub(crate) fn conditional(mut self) -> Self {
        self.shape.conditional = true;
        self.shape.tagged = self.status != StatusCode::NO_CONTENT;
        self
    }

    /// It answers a version.
    pub(crate) fn tagged(mut self) -> Self {
        self.shape.tagged = true;
        self
    }

    /// It makes nothing: 200 also for a POST.
    pub(crate) fn asks(mut self) -> Self {
        self.status = StatusCode::OK;
        self
    }

    /// Its body may be this long.
    pub(crate) fn body_limit(mut self, bytes: usize) -> Self {
        self.shape.body_limit = bytes;
        self
    }

    /// Serves a request.
    pub(crate) async fn serve(self: Arc<Self>, admin: Arc<Admin>, request: Request) -> Response {
        match self.try_serve(Arc::clone(&admin), request).await {
            Ok(response) => response,
            Err(problem) => metadata::named(&admin.settings, problem.into_response()),
        }
    }

    async fn try_serve(&self, admin: Arc<Admin>, request: Request) -> Result<Response, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = caller(&admin, &parts).await?;
        let guard = self.authorized(&admin, caller).await?;
        let path = RawPathParams::from_request_parts(&mut parts, &())
            .await
            .map_err(|_| Problem::missing())?;
        let path = path
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let asked = Asked {
            path,
            query: parts.uri.query().unwrap_or_default().to_owned(),
            body: input::bytes(&parts.headers, body, self.shape.body_limit).await?,
            origin: Origin::of(&parts),
            headers: parts.headers,
        };
        self.run(admin, guard, asked).await
    }

    /// Does what a caller asks who was let in.
    pub(crate) async fn run(
        &self,
        admin: Arc<Admin>,
        guard: Guard,
        asked: Asked,
    ) -> Result<Response, Problem> {
        if asked.query.len() > LONGEST_QUERY {
            return Err(Problem::new(Kind::Query, "the query is longer than 8 KiB"));
        }
        let incoming = Incoming {
            call: Call::new(admin, guard, self.id, asked.path, asked.origin),
            query: asked.query,
            body: asked.body,
            headers: asked.headers,
            shape: self.shape,
            status: self.status,
            id: self.id,
        };
        (self.run)(incoming).await
    }

    /// The guard of a caller, if he may do such a thing anywhere.
    pub(crate) async fn authorized(&self, admin: &Admin, caller: Caller) -> Result<Guard, Problem> {
        own::check(self.own, &caller, admin.clock.now())?;
        let caller = self.as_of_now(admin, caller).await?;
        let guard = Guard {
            caller,
            system: admin.settings.system.clone(),
        };
        if let Some(needed) = self.needs {
            if !guard.names(needed) {
                return Err(Problem::scope(&needed.scope()));
            }
            if !guard.places(needed).any() {
                let detail = format!("none of your roles allows {}", needed.as_str());
                return Err(Problem::new(Kind::Forbidden, detail));
            }
        }
        Ok(guard)
    }
}

/// Who presents a token.
async fn caller(admin: &Admin, parts: &Parts) -> Result<Caller, Problem> {
    let callers = &admin.callers;
    let caller = callers.caller(&parts.headers, parts.extensions.get()).await;
    caller.map_err(|refused| match refused {
        Refused::Missing => Problem::token_missing(),
        Refused::Malformed => Problem::token_invalid(
            "invalid_request",
            "present the token once: Authorization: Bearer …",
        ),
        Refused::Invalid => Problem::token_invalid(
            "invalid_token",
            "the token is not live, or not meant for this API",
        ),
        Refused::Unavailable => Problem::unavailable(),
    })
}

impl Operation {
    /// The caller; before a change with the roles that storage has at this moment, so that whoever
    /// has just lost a role does not give it to somebody in the second until all instances know.
    async fn as_of_now(&self, admin: &Admin, mut caller: Caller) -> Result<Caller, Problem> {
        if self.method == Method::GET {
            return Ok(caller);
        }
        let (id, now) = (&caller.subject.id, admin.clock.now());
        let subject = admin.storage.subject(id, now).await?;
        let subject = subject
            .filter(Subject::is_active)
            .ok_or_else(|| Problem::token_invalid("invalid_token", "its owner is shut out"))?;
        caller.subject = Arc::new(subject);
        Ok(caller)
    }
}

impl Incoming {
    async fn answered<Q, B, T, F>(self, run: impl Fn(Call, Q, B) -> F) -> Result<Response, Problem>
    where
        Q: DeserializeOwned + JsonSchema,
        B: Take,
        T: Give,
        F: Future<Output = Result<Reply<T>, Problem>>,
    {
        let Self {
            mut call,
            query,
            body,
            headers,
            shape,
            status,
            id,
        } = self;
        let (query, paging, filter) = input::query(&query, shape.paged)?;
        if let Some(Paging { limit, after }) = paging {
            let position = match after {
                None => None,
                Some(cursor) => Some(call.admin.cursors.read(id, &filter, &cursor).ok_or_else(
                    || Problem::parameter("after", "is a `next` of this list and filter"),
                )?),
            };
            call.set_page(limit, position, filter);
        }
        if shape.conditional {
            call.set_expected(expected(&headers)?);
        }
        let prefix = call.admin.settings.base();
        let reply = run(call, query, B::read(&body)?).await?;
        Ok(respond(&headers, status, reply, &prefix))
    }
}

/// The version that `If-Match` names (RFC 9110 §13.1.1). Weak tags match nothing there.
fn expected(headers: &HeaderMap) -> Result<i64, Problem> {
    let mut values = headers.get_all(header::IF_MATCH).iter();
    let Some(value) = values.next() else {
        return Err(Problem::header(
            Kind::PreconditionRequired,
            "if-match",
            "send If-Match with the ETag of what you change",
        ));
    };
    let wrong = || {
        Problem::header(
            Kind::Header,
            "if-match",
            "is one entity tag, as an ETag of this API says it: \"3\"",
        )
    };
    if values.next().is_some() {
        return Err(wrong());
    }
    let text = value.to_str().map_err(|_| wrong())?.trim();
    let inside = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inside.and_then(|text| text.parse().ok()).ok_or_else(wrong)
}

fn respond<T: Give>(
    request: &HeaderMap,
    status: StatusCode,
    reply: Reply<T>,
    prefix: &str,
) -> Response {
    let tag = reply.version.map(|version| format!("\"{version}\""));
    let unchanged = status == StatusCode::OK
        && tag.as_ref().is_some_and(|tag| {
            let values = request.get_all(header::IF_NONE_MATCH).iter();
            let mut known = values.flat_map(|value| value.to_str().unwrap_or_default().split(','));
            known.any(|known| known.trim().trim_start_matches("W/") == tag)
        });
    let mut response = match reply.body.bytes() {
        _ if unchanged => StatusCode::NOT_MODIFIED.into_response(),
        None => status.into_response(),
        Some(body) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            response
        }
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(tag) = tag.and_then(|tag| tag.try_into().ok()) {
        headers.insert(header::ETAG, tag);
    }
    let location = reply.location.map(|path| format!("{prefix}{path}"));
    if let Some(location) = location.and_then(|path| path.try_into().ok()) {
        headers.insert(header::LOCATION, location);
    }
    response
}
