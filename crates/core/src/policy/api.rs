//! APIs: what they are called in tokens, their scopes, and which endpoint needs which.
//!
//! An [`Api`] that exists is consistent: every endpoint needs one of its scopes, and no two
//! endpoints are the same. Whether an OpenAPI document was its source is not known here.
//!
//! Left out: endpoints that need several scopes or none. One endpoint, one scope: an answer then
//! names what was missing. What needs no scope needs no gateway either.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    id::Id,
    policy::{
        api_scope::ApiScope,
        detail_type::{self, DetailType, DetailTypeError},
        own,
        path::{PathRefusal, RequestPath},
        resource::{Instance, ResourceError, ResourceLine, Resources},
        route::Routes,
        template::{Method, PathTemplate},
    },
};

/// The most endpoints of an API.
pub const MOST_ENDPOINTS: usize = 5_000;

/// The most scopes of an API.
pub const MOST_SCOPES: usize = 5_000;

/// The longest name or description in bytes.
pub const LONGEST_TEXT: usize = 1_024;

/// A protected API (a resource server, RFC 6749 §1.1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Document")]
pub struct Api {
    audience: Id<Api>,
    name: String,
    scopes: Vec<ScopeDefinition>,
    endpoints: Vec<Endpoint>,
    #[serde(flatten)]
    resources: Resources,
    #[serde(
        rename = "authorization_details",
        skip_serializing_if = "Vec::is_empty"
    )]
    detail_types: Vec<DetailType>,
    #[serde(skip)]
    routes: Routes,
}

/// A scope that rules may grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeDefinition {
    /// What endpoints, rules and tokens call it.
    pub scope: ApiScope,
    /// What it is for, to people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// What can be called, and with which scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The method; `GET` is good for `HEAD` also.
    pub method: Method,
    /// The path.
    pub template: PathTemplate,
    /// What a caller needs.
    pub scope: ApiScope,
}

/// Why there is no such API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiError {
    /// The types of authorization details.
    #[error(transparent)]
    Details(#[from] DetailTypeError),
    /// Two endpoints that some request is both of.
    #[error("{method} {one} and {method} {other} are the same endpoint; remove one")]
    EndpointTwice {
        /// Their method.
        method: Method,
        /// The one declared first.
        one: PathTemplate,
        /// The other.
        other: PathTemplate,
    },
    /// It pretends to be Symbolon's own.
    #[error("the audience urn:symbolon:api and scopes that begin with Symbolon. are reserved")]
    Reserved,
    /// The resources beside the endpoints.
    #[error(transparent)]
    Resources(#[from] ResourceError),
    /// A resource needs a scope that is not one of the API.
    #[error("{action} on {kind} needs the scope {scope}, which the API does not define; add it")]
    ResourceScopeUndefined {
        /// The type of the resource.
        kind: String,
        /// What is done to it.
        action: String,
        /// What it needs.
        scope: ApiScope,
    },
    /// A scope is defined twice.
    #[error("the scope {0} is defined twice; remove one")]
    ScopeTwice(ApiScope),
    /// An endpoint needs a scope that is not one of the API.
    #[error("{method} {template} needs the scope {scope}, which the API does not define; add it")]
    ScopeUndefined {
        /// The endpoint's method.
        method: Method,
        /// Its path.
        template: PathTemplate,
        /// What it needs.
        scope: ApiScope,
    },
    /// A name or description with control characters, too long, or no name.
    #[error("a name has 1 to 1024 bytes, a description at most 1024, without control characters")]
    Text,
    /// More than [`MOST_ENDPOINTS`].
    #[error("an API has at most 5000 endpoints; make two APIs of it")]
    TooManyEndpoints,
    /// More than [`MOST_SCOPES`].
    #[error("an API has at most 5000 scopes; make two APIs of it")]
    TooManyScopes,
}

/// An [`Api`] as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    audience: Id<Api>,
    name: String,
    #[serde(default)]
    scopes: Vec<ScopeDefinition>,
    #[serde(default)]
    endpoints: Vec<Endpoint>,
    #[serde(default)]
    resources: Vec<ResourceLine>,
    #[serde(default)]
    instances: Vec<Instance>,
    #[serde(default)]
    authorization_details: Vec<DetailType>,
}

impl Api {
    /// Makes an API. `audience` is what the `aud` claim of its tokens says.
    ///
    /// # Errors
    /// [`ApiError`] says what is inconsistent.
    pub fn new(
        audience: Id<Api>,
        name: String,
        scopes: Vec<ScopeDefinition>,
        endpoints: Vec<Endpoint>,
    ) -> Result<Self, ApiError> {
        let reserved = scopes.iter().any(|own| own::is_own(&own.scope));
        if reserved || audience.as_str() == own::AUDIENCE {
            return Err(ApiError::Reserved);
        }
        Self::assemble(audience, name, scopes, endpoints)
    }

    /// As [`Self::new`], also for Symbolon's own API.
    pub(super) fn assemble(
        audience: Id<Api>,
        name: String,
        scopes: Vec<ScopeDefinition>,
        endpoints: Vec<Endpoint>,
    ) -> Result<Self, ApiError> {
        let is_text =
            |text: &str| text.len() <= LONGEST_TEXT && !text.chars().any(char::is_control);
        let descriptions = scopes.iter().all(|own| is_text(&own.description));
        if name.is_empty() || !is_text(&name) || !descriptions {
            return Err(ApiError::Text);
        }
        if scopes.len() > MOST_SCOPES {
            return Err(ApiError::TooManyScopes);
        }
        if endpoints.len() > MOST_ENDPOINTS {
            return Err(ApiError::TooManyEndpoints);
        }
        let mut defined = BTreeSet::new();
        for own in &scopes {
            if !defined.insert(&own.scope) {
                return Err(ApiError::ScopeTwice(own.scope.clone()));
            }
        }
        let mut routes = Routes::default();
        for (place, endpoint) in endpoints.iter().enumerate() {
            let Endpoint {
                method,
                template,
                scope,
            } = endpoint.clone();
            if !defined.contains(&scope) {
                return Err(ApiError::ScopeUndefined {
                    method,
                    template,
                    scope,
                });
            }
            let known = routes.insert(&method, &template, place).err();
            if let Some(known) = known.and_then(|known| endpoints.get(known)) {
                return Err(ApiError::EndpointTwice {
                    method,
                    one: known.template.clone(),
                    other: template,
                });
            }
        }
        Ok(Self {
            audience,
            name,
            scopes,
            endpoints,
            resources: Resources::default(),
            detail_types: Vec::new(),
            routes,
        })
    }

    /// The same API, with these resources instead of those it had.
    ///
    /// # Errors
    /// [`ApiError::ResourceScopeUndefined`].
    pub fn with_resources(self, resources: Resources) -> Result<Self, ApiError> {
        let defined: BTreeSet<_> = self.scopes.iter().map(|own| &own.scope).collect();
        let mut lines = resources.lines().iter();
        if let Some(line) = lines.find(|line| !defined.contains(&line.scope)) {
            return Err(ApiError::ResourceScopeUndefined {
                kind: line.kind.clone(),
                action: line.action.clone(),
                scope: line.scope.clone(),
            });
        }
        Ok(Self { resources, ..self })
    }

    /// The same API, with these types of authorization details instead of those it had.
    ///
    /// # Errors
    /// [`ApiError::Details`].
    pub fn with_details(self, detail_types: Vec<DetailType>) -> Result<Self, ApiError> {
        detail_type::check(&detail_types)?;
        Ok(Self {
            detail_types,
            ..self
        })
    }

    /// What applications may ask for beyond scopes (RFC 9396).
    pub fn detail_types(&self) -> &[DetailType] {
        &self.detail_types
    }

    /// What the `aud` claim of its tokens says.
    pub fn audience(&self) -> &Id<Self> {
        &self.audience
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its scopes, in the order they were given.
    pub fn scopes(&self) -> &[ScopeDefinition] {
        &self.scopes
    }

    /// Its endpoints, in the order they were given, which means nothing.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// What it decides about beside its endpoints.
    pub fn resources(&self) -> &Resources {
        &self.resources
    }

    /// The endpoint that is called.
    ///
    /// # Errors
    /// [`PathRefusal::NoSuchEndpoint`], [`PathRefusal::LookAlike`].
    pub fn endpoint(&self, method: &str, path: RequestPath<'_>) -> Result<&Endpoint, PathRefusal> {
        let place = self.routes.find(method, path)?;
        self.endpoints.get(place).ok_or(PathRefusal::NoSuchEndpoint)
    }
}

impl TryFrom<Document> for Api {
    type Error = ApiError;

    fn try_from(document: Document) -> Result<Self, ApiError> {
        let resources = Resources::new(document.resources, document.instances)?;
        Self::new(
            document.audience,
            document.name,
            document.scopes,
            document.endpoints,
        )?
        .with_resources(resources)?
        .with_details(document.authorization_details)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn scope(text: &str) -> ScopeDefinition {
        ScopeDefinition {
            scope: ApiScope::parse(text).unwrap(),
            description: String::new(),
        }
    }

    fn endpoint(method: &str, template: &str, needed: &str) -> Endpoint {
        Endpoint {
            method: Method::parse(method).unwrap(),
            template: PathTemplate::parse(template).unwrap(),
            scope: ApiScope::parse(needed).unwrap(),
        }
    }

    fn api(scopes: &[&str], endpoints: Vec<Endpoint>) -> Result<Api, ApiError> {
        let audience = Id::parse("https://api.example").unwrap();
        let scopes = scopes.iter().map(|text| scope(text)).collect();
        Api::new(audience, "Invoices".into(), scopes, endpoints)
    }

    #[test]
    fn an_endpoint_needs_a_scope_that_the_api_defines() {
        let endpoints = vec![
            endpoint("GET", "/a", "a.read"),
            endpoint("PUT", "/a", "a.write"),
        ];
        let error = api(&["a.read"], endpoints.clone()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "PUT /a needs the scope a.write, which the API does not define; add it"
        );
        let api = api(&["a.read", "a.write"], endpoints).unwrap();
        let found = api
            .endpoint("PUT", RequestPath::parse("/a").unwrap())
            .unwrap();
        assert_eq!(found.scope.as_str(), "a.write");
    }

    #[test]
    fn endpoints_and_scopes_that_are_there_twice_are_refused() {
        let endpoints = vec![
            endpoint("GET", "/a/{id}", "a.read"),
            endpoint("GET", "/a/{name}", "a.read"),
        ];
        assert_eq!(
            api(&["a.read"], endpoints).unwrap_err().to_string(),
            "GET /a/{id} and GET /a/{name} are the same endpoint; remove one"
        );
        let twice = api(&["a.read", "a.read"], Vec::new()).unwrap_err();
        assert_eq!(twice, ApiError::ScopeTwice(scope("a.read").scope));
    }

    #[test]
    fn numbers_and_texts_are_bounded() {
        let scopes: Vec<_> = (0..=MOST_SCOPES)
            .map(|index| scope(&format!("a.s{index}")))
            .collect();
        let endpoints: Vec<_> = (0..=MOST_ENDPOINTS)
            .map(|index| endpoint("GET", &format!("/e{index}"), "a.s0"))
            .collect();
        let make = |name: &str, scopes: &[ScopeDefinition], endpoints: &[Endpoint]| {
            let audience = Id::parse("api").unwrap();
            Api::new(audience, name.into(), scopes.to_vec(), endpoints.to_vec()).err()
        };
        assert_eq!(make("a", &scopes[1..], &[]), None);
        assert_eq!(make("a", &scopes, &[]), Some(ApiError::TooManyScopes));
        assert_eq!(make("a", &scopes[..1], &endpoints[1..]), None);
        let many = make("a", &scopes[..1], &endpoints);
        assert_eq!(many, Some(ApiError::TooManyEndpoints));
        for name in ["", "a\nb", &"a".repeat(LONGEST_TEXT + 1)] {
            assert_eq!(make(name, &[], &[]), Some(ApiError::Text), "{name:?}");
        }
        let mut described = scope("a.b");
        described.description = "a\u{1b}[31m".into();
        assert_eq!(make("a", &[described], &[]), Some(ApiError::Text));
    }

    #[test]
    fn a_document_is_checked_like_everything_else() {
        let good = r#"{"audience":"api","name":"A","scopes":[{"scope":"a.b"}],"endpoints":[{"method":"GET","template":"/a/{id}","scope":"a.b"}]}"#;
        let api: Api = serde_json::from_str(good).unwrap();
        assert_eq!(serde_json::to_string(&api).unwrap(), good);
        assert!(
            api.endpoint("GET", RequestPath::parse("/a/1").unwrap())
                .is_ok()
        );
        for (from, to) in [
            ("\"GET\"", "\"HEAD\""),
            ("/a/{id}", "a"),
            ("\"name\"", "\"title\""),
            ("[{\"scope\":\"a.b\"}]", "[]"),
            ("{\"scope\":\"a.b\"}", "{\"scope\":\"a.b\",\"x\":1}"),
            ("\"method\"", "\"x\":1,\"method\""),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good);
            assert!(serde_json::from_str::<Api>(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn resources_are_part_of_the_document_and_need_its_scopes() {
        let good = r#"{"audience":"api","name":"A","scopes":[{"scope":"a.b"}],"endpoints":[],"resources":[{"type":"r","action":"x","when":{"action.soft":true,"resource.n":3,"subject.role":"admin"},"scope":"a.b"}],"instances":[{"type":"r","id":"1","properties":{"n":3}},{"type":"r","id":"2"}]}"#;
        let api: Api = serde_json::from_str(good).unwrap();
        assert_eq!(serde_json::to_string(&api).unwrap(), good);
        assert!(api.resources().has("r"));
        for (from, to) in [
            ("\"scope\":\"a.b\"}],\"inst", "\"scope\":\"a.c\"}],\"inst"),
            ("\"action\":\"x\"", "\"action\":\"\""),
            ("action.soft", "soft"),
            (":true", ":null"),
            (":true", ":1.5"),
            (":true", ":[true]"),
            ("\"id\":\"2\"", "\"id\":\"1\""),
            ("\"id\":\"2\"", "\"id\":\"2\",\"x\":1"),
            ("\"type\":\"r\",\"action\"", "\"type\":\"route\",\"action\""),
        ] {
            let bad = good.replace(from, to);
            assert_ne!(bad, good);
            assert!(serde_json::from_str::<Api>(&bad).is_err(), "{bad}");
        }
    }
}
