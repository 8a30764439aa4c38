//! What a search looks through, as far as it is in memory: organizations, endpoints, known resources
//! and actions. (Subjects are in storage.)
//!
//! Whatever is found is what an evaluation of it would permit. A page looks at a bounded number of
//! candidates, so it may have fewer results than it could, or none, and still not be the last.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Map;

use super::{
    entity::Action,
    question::{
        Acting, Asked, Meaning, ORGANIZATION, ROUTE, Unknown, acting, allows, audience,
        contradicts, declaring, meaning,
    },
    search::{ActionSearch, Cursor, ResourceSearch},
};
use crate::{
    id::Id,
    organization::Organization,
    policy::{
        Policy,
        api::{Api, Endpoint},
        api_scope::ApiScope,
        attribute::Properties,
    },
    subject::Subject,
};

/// The most candidates that one page looks at.
pub const MOST_EXAMINED: usize = 2_000;

/// What was found, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// In the order of the candidates.
    pub results: Vec<T>,
    /// The candidate that was looked at last; `None`: there is none after it.
    pub next: Option<Vec<String>>,
}

/// A subject that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundSubject {
    /// The type that was asked for.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its `sub`.
    pub id: String,
}

/// A resource that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundResource {
    /// The type that was asked for.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its name.
    pub id: String,
    /// What it takes beside the name to tell it from others.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub properties: Properties,
}

/// An action that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FoundAction {
    /// Its name.
    pub name: String,
}

/// Who asks about whom.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The rules.
    pub policy: &'a Policy,
    /// About whom.
    pub subject: &'a Subject,
    /// Whether the caller may ask about an organization.
    pub may_ask: &'a (dyn Fn(&Id<Organization>) -> bool + Sync),
    /// Whether the caller may ask about a scope.
    pub may_ask_about: &'a (dyn Fn(&ApiScope) -> bool + Sync),
}

impl Asking<'_> {
    fn permits(&self, meaning: &Meaning) -> bool {
        let acting = meaning.acting.of(&self.subject.organization);
        let needed = meaning.needed.as_ref();
        acting.is_some_and(|acting| (self.may_ask)(acting))
            && needed.is_ok_and(|needed| (self.may_ask_about)(needed))
            && allows(self.policy, meaning, self.subject)
    }
}

/// The resources to which it may be done.
pub fn resources(
    asking: Asking<'_>,
    search: &ResourceSearch,
    cursor: &Cursor,
) -> Found<FoundResource> {
    match search.kind.as_str() {
        ORGANIZATION => organizations(asking, search, cursor),
        ROUTE => endpoints(asking, search, cursor).unwrap_or(Found::NOTHING),
        _ => match declaring(asking.policy, &search.kind, &search.properties) {
            Ok(api) => instances(asking, api, search, cursor),
            Err(_) => Found::NOTHING,
        },
    }
}

/// What may be done.
pub fn actions(asking: Asking<'_>, search: &ActionSearch, cursor: &Cursor) -> Found<FoundAction> {
    let resource = &search.resource;
    let names: BTreeSet<&str> = match resource.kind.as_str() {
        ORGANIZATION => asking
            .policy
            .scopes()
            .into_iter()
            .map(ApiScope::as_str)
            .collect(),
        ROUTE => methods(asking.policy, &resource.properties),
        kind => match declaring(asking.policy, kind, &resource.properties) {
            Ok(api) => api.resources().actions(kind).collect(),
            Err(_) => BTreeSet::new(),
        },
    };
    let after = cursor.after.first().map(String::as_str);
    let names = names.into_iter().filter(|name| Some(*name) > after);
    page(
        names,
        cursor,
        |name| vec![(*name).to_owned()],
        |name| {
            let action = Action {
                name: (*name).to_owned(),
                properties: Map::new(),
            };
            let asked = Asked {
                subject: &search.subject.properties,
                action: &action,
                kind: &resource.kind,
                id: &resource.id,
                resource: &resource.properties,
                context: &search.context,
            };
            let permitted = asking.permits(&meaning(asking.policy, &asked));
            permitted.then(|| FoundAction {
                name: action.name.clone(),
            })
        },
    )
}

fn organizations(
    asking: Asking<'_>,
    search: &ResourceSearch,
    cursor: &Cursor,
) -> Found<FoundResource> {
    let needed = ApiScope::parse(&search.action.name).map_err(|_| Unknown::Action);
    let after = cursor.after.first().map(String::as_str);
    let all = asking.policy.organizations(&asking.subject.roles);
    let all = all.into_iter().filter(|own| Some(own.as_str()) > after);
    page(
        all,
        cursor,
        |own| vec![own.to_string()],
        |own| {
            let meaning = Meaning {
                acting: Acting::In(own.clone()),
                needed: needed.clone(),
            };
            let permitted = asking.permits(&meaning);
            permitted.then(|| search.found(own.as_str(), Map::new()))
        },
    )
}

/// The templates of endpoints, each with the audience that tells it from others.
fn endpoints(
    asking: Asking<'_>,
    search: &ResourceSearch,
    cursor: &Cursor,
) -> Result<Found<FoundResource>, Unknown> {
    let method = match search.action.name.as_str() {
        "HEAD" => "GET",
        method => method,
    };
    let acting = acting(&search.properties, &search.context);
    let only = audience(&search.properties)?;
    let after = match cursor.after.as_slice() {
        [audience, template] => Some((audience.as_str(), template.as_str())),
        _ => None,
    };
    let key = |(api, endpoint): &(&Api, &Endpoint)| {
        [
            api.audience().to_string(),
            endpoint.template.as_str().to_owned(),
        ]
    };
    let mut all: Vec<_> = named(asking.policy, only.as_ref())
        .flat_map(|api| api.endpoints().iter().map(move |endpoint| (api, endpoint)))
        .filter(|(api, endpoint)| {
            let own = (api.audience().as_str(), endpoint.template.as_str());
            endpoint.method.as_str() == method && after.is_none_or(|after| own > after)
        })
        .collect();
    all.sort_by_cached_key(key);
    Ok(page(
        all,
        cursor,
        |own| key(own).to_vec(),
        |(api, endpoint)| {
            let meaning = Meaning {
                acting: acting.clone(),
                needed: Ok(endpoint.scope.clone()),
            };
            let permitted = asking.permits(&meaning);
            permitted.then(|| {
                let audience = ("audience".to_owned(), api.audience().as_str().into());
                search.found(endpoint.template.as_str(), Map::from_iter([audience]))
            })
        },
    ))
}

fn instances(
    asking: Asking<'_>,
    api: &Api,
    search: &ResourceSearch,
    cursor: &Cursor,
) -> Found<FoundResource> {
    let after = cursor.after.first().map(String::as_str);
    let all = api.resources().instances_after(&search.kind, after);
    page(
        all,
        cursor,
        |own| vec![own.id.clone()],
        |own| {
            let asked = Asked {
                subject: &search.subject.properties,
                action: &search.action,
                kind: &search.kind,
                id: &own.id,
                resource: &search.properties,
                context: &search.context,
            };
            let mut said = search.properties.keys();
            let otherwise = said.any(|name| contradicts(&search.properties, own, name));
            let permitted = !otherwise && asking.permits(&meaning(asking.policy, &asked));
            permitted.then(|| search.found(&own.id, Map::new()))
        },
    )
}

fn methods<'a>(policy: &'a Policy, said: &Properties) -> BTreeSet<&'a str> {
    match audience(said) {
        Ok(only) => named(policy, only.as_ref())
            .flat_map(Api::endpoints)
            .map(|endpoint| endpoint.method.as_str())
            .collect(),
        Err(_) => BTreeSet::new(),
    }
}

fn named<'a>(policy: &'a Policy, only: Option<&Id<Api>>) -> impl Iterator<Item = &'a Api> {
    let apis = policy.apis();
    apis.filter(move |api| only.is_none_or(|only| api.audience() == only))
}

fn page<C, T>(
    candidates: impl IntoIterator<Item = C>,
    cursor: &Cursor,
    key: impl Fn(&C) -> Vec<String>,
    find: impl Fn(&C) -> Option<T>,
) -> Found<T> {
    let mut results = Vec::new();
    let mut last = cursor.after.clone();
    for (examined, candidate) in candidates.into_iter().enumerate() {
        if results.len() >= cursor.limit || examined == MOST_EXAMINED {
            let next = Some(last);
            return Found { results, next };
        }
        results.extend(find(&candidate));
        last = key(&candidate);
    }
    Found {
        results,
        next: None,
    }
}

impl<T> Found<T> {
    /// Nothing, and nothing more.
    pub const NOTHING: Self = Self {
        results: Vec::new(),
        next: None,
    };
}

impl ResourceSearch {
    fn found(&self, id: &str, properties: Properties) -> FoundResource {
        FoundResource {
            kind: self.kind.clone(),
            id: id.to_owned(),
            properties,
        }
    }
}
