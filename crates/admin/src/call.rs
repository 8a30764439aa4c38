//! One call of an operation: who, where, on what, and the way to storage.

use std::{collections::BTreeMap, future::Future, sync::Arc};

use http::request::Parts;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use symbolon_core::{
    id::Id, organization::Organization, role::RoleKey, session::Session, subject::Subject,
    time::Timestamp,
};
use symbolon_storage::{Act, Administered, AuditEvent, Basis, PageOf, Storage};
use symbolon_web::guard::{ClientAddress, RequestId};

use crate::{
    Admin,
    caller::Token,
    guard::{Guard, Places},
    input::LONGEST_PAGE,
    problem::{Kind, Problem},
    scopes::Needed,
};

/// How many organizations a list looks into before it answers with what it has.
const MOST_PLACES: usize = 200;

/// Where a call comes from, for the audit log.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    request_id: Option<String>,
    address: Option<String>,
}

impl Origin {
    /// That of a request.
    pub fn of(parts: &Parts) -> Self {
        let request_id = parts.extensions.get::<RequestId>();
        let address = parts.extensions.get::<ClientAddress>();
        Self {
            request_id: request_id.map(|id| id.as_str().to_owned()),
            address: address.map(|address| address.0.to_string()),
        }
    }

    /// The row of the audit log for what somebody did from here, through no client.
    pub(crate) fn event(
        &self,
        admin: &Admin,
        now: Timestamp,
        actor: &Id<Subject>,
        record: Record,
    ) -> AuditEvent {
        AuditEvent {
            id: Id::generate(now, &*admin.entropy),
            happened_at: now,
            actor: actor.as_str().to_owned(),
            client: None,
            address: self.address.clone(),
            request_id: self.request_id.clone(),
            action: record.action.to_owned(),
            object: record.object,
            organization: record.organization,
            detail: record.detail,
        }
    }
}

/// A call that was let in.
pub(crate) struct Call {
    pub(crate) admin: Arc<Admin>,
    pub(crate) guard: Guard,
    pub(crate) now: Timestamp,
    operation: &'static str,
    path: BTreeMap<String, String>,
    page: Option<(u32, Option<Vec<String>>, String)>,
    expected: Option<i64>,
    origin: Origin,
}

/// A part of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
pub(crate) struct Page<T> {
    /// What is in it.
    pub(crate) items: Vec<T>,
    /// What `after` says to get the next part; none: this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// What is to be fetched for a page of what belongs to organizations.
pub(crate) struct Part {
    /// Only of this one.
    pub(crate) organization: Option<Id<Organization>>,
    /// Behind this organization and id.
    pub(crate) after: (String, String),
    pub(crate) limit: u32,
}

impl Part {
    pub(crate) fn page(&self) -> PageOf<'_> {
        PageOf {
            organization: self.organization.as_ref(),
            after: (&self.after.0, &self.after.1),
            limit: self.limit,
        }
    }
}

/// An identifier as one part of a path (RFC 3986 §3.3).
pub(crate) fn segment(id: &str) -> String {
    let mut path = String::with_capacity(id.len());
    for character in id.chars() {
        match character {
            '/' => path.push_str("%2F"),
            '%' => path.push_str("%25"),
            '?' => path.push_str("%3F"),
            '#' => path.push_str("%23"),
            other => path.push(other),
        }
    }
    path
}

/// Whether an identifier can stand in a path: browsers and proxies take `.` and `..` for something
/// else, however they are written.
///
/// # Errors
/// Points to the member.
pub(crate) fn check_segment<K>(pointer: &str, id: &Id<K>) -> Result<(), Problem> {
    match id.as_str() {
        "." | ".." => Err(Problem::member(pointer, "is neither . nor ..")),
        _ => Ok(()),
    }
}

/// What an act is recorded as.
pub(crate) struct Record {
    pub(crate) action: &'static str,
    pub(crate) object: String,
    pub(crate) organization: Option<Id<Organization>>,
    pub(crate) detail: Value,
}

impl Call {
    pub(crate) fn new(
        admin: Arc<Admin>,
        guard: Guard,
        operation: &'static str,
        path: BTreeMap<String, String>,
        origin: Origin,
    ) -> Self {
        Self {
            now: admin.clock.now(),
            admin,
            guard,
            operation,
            path,
            page: None,
            expected: None,
            origin,
        }
    }

    pub(crate) fn set_page(&mut self, limit: u32, position: Option<Vec<String>>, filter: String) {
        self.page = Some((limit, position, filter));
    }

    pub(crate) fn set_expected(&mut self, version: i64) {
        self.expected = Some(version);
    }

    /// An identifier in the path. One that is none names nothing.
    pub(crate) fn id<K>(&self, name: &str) -> Result<Id<K>, Problem> {
        Id::parse(self.word(name)).map_err(|_| Problem::missing())
    }

    /// The key of a role in the path.
    pub(crate) fn role(&self, name: &str) -> Result<RoleKey, Problem> {
        RoleKey::parse(self.word(name)).map_err(|_| Problem::missing())
    }

    /// A part of the path.
    pub(crate) fn word(&self, name: &str) -> &str {
        self.path.get(name).map_or("", String::as_str)
    }

    /// The version that `If-Match` names.
    pub(crate) fn expected(&self) -> i64 {
        self.expected.unwrap_or_default()
    }

    /// Who calls.
    pub(crate) fn me(&self) -> &Id<Subject> {
        &self.guard.caller.subject.id
    }

    /// The session of the browser that the caller sits at, if he does.
    pub(crate) fn session(&self) -> Option<&Id<Session>> {
        match &self.guard.caller.token {
            Token::Session { id, .. } => Some(id),
            Token::Access { .. } | Token::Personal { .. } => None,
        }
    }

    /// How many things a page has at the most; one more is to be asked for, to see whether there are
    /// more.
    pub(crate) fn limit(&self) -> u32 {
        self.page.as_ref().map_or(1, |(limit, ..)| *limit)
    }

    /// A part of the position that the page begins behind; empty for the first page.
    pub(crate) fn after(&self, part: usize) -> &str {
        let position = self
            .page
            .as_ref()
            .and_then(|(_, position, _)| position.as_ref());
        position
            .and_then(|position| position.get(part))
            .map_or("", String::as_str)
    }

    /// A page of what was found when one more than the limit was asked for.
    pub(crate) fn paged<T, V>(
        &self,
        mut found: Vec<T>,
        position: impl Fn(&T) -> Vec<String>,
        view: impl Fn(T) -> V,
    ) -> Page<V> {
        let limit = usize::try_from(self.limit()).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more).map(position);
        self.page_until(found.into_iter().map(view).collect(), last)
    }

    /// A page of what belongs to organizations, in the order of these and then of ids: all that there
    /// is for who may see it all, else what belongs to the caller's organizations.
    pub(crate) async fn paged_by_place<T, V, F>(
        &self,
        needed: Needed,
        only: Option<&Id<Organization>>,
        fetch: impl Fn(Arc<dyn Storage>, Part) -> F + Send + Sync,
        position: impl Fn(&T) -> Vec<String> + Send + Sync,
        view: impl Fn(T) -> V + Send + Sync,
    ) -> Result<Page<V>, Problem>
    where
        T: Send,
        V: Send,
        F: Future<Output = symbolon_storage::Result<Vec<T>>> + Send,
    {
        let storage = || Arc::clone(&self.admin.storage);
        let limit = self.limit() + 1;
        let after = (self.after(0), self.after(1));
        let places = match (self.guard.places(needed), only) {
            (places, Some(only)) => {
                let seen = match &places {
                    Places::Everywhere => true,
                    Places::In(places) => places.contains(only),
                };
                // Unknown and forbidden: both have nothing in them.
                Vec::from_iter(seen.then(|| only.clone()))
            }
            (Places::Everywhere, None) => {
                let part = Part {
                    organization: None,
                    after: (after.0.to_owned(), after.1.to_owned()),
                    limit,
                };
                let found = fetch(storage(), part).await?;
                return Ok(self.paged(found, position, view));
            }
            (Places::In(places), None) => places.into_iter().collect(),
        };
        let mut found = Vec::new();
        let behind = places.iter().filter(|place| place.as_str() >= after.0);
        for (looked_into, place) in behind.enumerate() {
            if looked_into >= MOST_PLACES {
                // Everything before this place is in; the place itself is next.
                let next = Some(vec![place.as_str().to_owned(), String::new()]);
                return Ok(self.page_until(found.into_iter().map(view).collect(), next));
            }
            let missing = limit - u32::try_from(found.len()).unwrap_or(limit);
            let behind = if place.as_str() == after.0 {
                after.1
            } else {
                ""
            };
            let part = Part {
                organization: Some(place.clone()),
                after: (place.as_str().to_owned(), behind.to_owned()),
                limit: missing,
            };
            found.extend(fetch(storage(), part).await?);
            if found.len() >= usize::try_from(limit).unwrap_or(usize::MAX) {
                break;
            }
        }
        Ok(self.paged(found, position, view))
    }

    /// Enough for a page and one more of a list of which the caller may not see all: those that are
    /// `seen`, behind `after`. Ends early, with fewer, only at the end of the list.
    pub(crate) async fn sifted<T, K, F>(
        &self,
        after: K,
        fetch: impl Fn(Arc<dyn Storage>, K, u32) -> F + Send + Sync,
        key: impl Fn(&T) -> K + Send + Sync,
        seen: impl Fn(&T) -> bool + Send + Sync,
    ) -> Result<Vec<T>, Problem>
    where
        T: Send,
        K: Send,
        F: Future<Output = symbolon_storage::Result<Vec<T>>> + Send,
    {
        let wanted = usize::try_from(self.limit()).unwrap_or(usize::MAX) + 1;
        let mut after = after;
        let mut all = Vec::new();
        loop {
            let storage = Arc::clone(&self.admin.storage);
            let found = fetch(storage, after, LONGEST_PAGE).await?;
            let Some(last) = found.last().map(&key) else {
                return Ok(all);
            };
            all.extend(found.into_iter().filter(&seen));
            if all.len() >= wanted {
                return Ok(all);
            }
            after = last;
        }
    }

    fn page_until<V>(&self, items: Vec<V>, last: Option<Vec<String>>) -> Page<V> {
        let filter = self.page.as_ref().map_or("", |(.., filter)| filter);
        let cursors = &self.admin.cursors;
        Page {
            items,
            next: last.map(|position| cursors.write(self.operation, filter, &position)),
        }
    }

    /// Does an act, with its record.
    pub(crate) async fn act(&self, act: Act, record: Record) -> Result<(), Problem> {
        settled(self.try_act(&act, record, None).await?)
    }

    /// Does an act, with its record, if nothing changed in who may do what since the basis.
    pub(crate) async fn try_act(
        &self,
        act: &Act,
        record: Record,
        basis: Option<Basis>,
    ) -> Result<Administered, Problem> {
        let event = self.event(record);
        Ok(self.admin.storage.administer(act, &event, basis).await?)
    }

    fn event(&self, record: Record) -> AuditEvent {
        let (admin, now) = (&*self.admin, self.now);
        let mut event = self.origin.event(admin, now, self.me(), record);
        match (&self.guard.caller.token, event.detail.as_object_mut()) {
            (Token::Access { client, .. }, _) => event.client = Some(client.as_str().to_owned()),
            (Token::Personal { id, .. }, Some(detail)) => {
                detail.insert("by_token".to_owned(), Value::from(id.as_str()));
            }
            (Token::Personal { .. } | Token::Session { .. }, _) => {}
        }
        event
    }
}

/// What became of an act, told.
pub(crate) fn settled(outcome: Administered) -> Result<(), Problem> {
    match outcome {
        Administered::Done => Ok(()),
        Administered::Full => Err(Problem::conflict("there are as many as there may be")),
        Administered::InUse => Err(Problem::conflict(
            "something else still refers to it, or it refers to what is gone",
        )),
        Administered::Missing => Err(Problem::missing()),
        Administered::Raced => Err(Problem::new(
            Kind::Unavailable,
            "others were changing who may do what, time after time; try again",
        )),
        Administered::Stale => Err(Problem::header(
            Kind::Stale,
            "if-match",
            "it was changed since you read it; read it again, and see whether you still want this",
        )),
        Administered::Taken => Err(Problem::conflict("something has this name already")),
    }
}
