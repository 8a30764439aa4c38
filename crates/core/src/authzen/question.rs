//! What a request means to the rules: a scope, and an organization to act in.
//!
//! - A resource of type `organization` is an organization to act in, and the action is a scope.
//! - A resource of type `route` is an endpoint: its id is the path of a request, or the template as
//!   the API declares it, and the action is the method. The endpoint says which scope it needs.
//! - Any other type is one that an API declares ([`crate::policy::resource`]): its lines say which
//!   scope the action needs. What is known of the resource is added to what the request says of it,
//!   which wins, but for the organization it belongs to.
//!
//! Where the resource is no organization, the one to act in is its property `organization`, else
//! that of the context, else the subject's home. What is there and is no organization is not skipped.
//!
//! A property `audience` says which API is meant, where several have the endpoint or the type.

use serde_json::Value;

use super::entity::Action;
use crate::{
    id::Id,
    organization::Organization,
    policy::{
        Policy, Question,
        api::{Api, Endpoint},
        api_scope::ApiScope,
        attribute::{Attributes, Properties},
        decision::Limits,
        path::{PathRefusal, RequestPath},
        resource::Instance,
        template::{PathTemplate, Segment},
    },
    scope::Scope,
    subject::Subject,
};

/// The type of an organization.
pub const ORGANIZATION: &str = "organization";

/// The type of an endpoint.
pub const ROUTE: &str = "route";

/// A question as it was put, but for who asks.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What is said of the subject.
    pub subject: &'a Properties,
    /// What is done.
    pub action: &'a Action,
    /// The type of the resource.
    pub kind: &'a str,
    /// Its name.
    pub id: &'a str,
    /// What is said of it.
    pub resource: &'a Properties,
    /// What is said of the circumstances.
    pub context: &'a Properties,
}

/// What it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// Where.
    pub acting: Acting,
    /// Which scope it takes; or why nobody can say.
    pub needed: Result<ApiScope, Unknown>,
}

/// The organization to act in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acting {
    /// The subject's home.
    Home,
    /// This one, whether or not it exists.
    In(Id<Organization>),
    /// Something was named that cannot be an organization.
    Nowhere,
}

/// What is not known, so that the answer is no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// No scope, method or line.
    Action,
    /// Several APIs have it, and none is named.
    Ambiguous,
    /// No endpoint or type.
    Resource,
}

/// Says what a question means.
pub fn meaning(policy: &Policy, asked: &Asked<'_>) -> Meaning {
    match asked.kind {
        ORGANIZATION => Meaning {
            acting: Id::parse(asked.id).map_or(Acting::Nowhere, Acting::In),
            needed: ApiScope::parse(&asked.action.name).map_err(|_| Unknown::Action),
        },
        ROUTE => Meaning {
            acting: acting(asked.resource, asked.context),
            needed: endpoint(policy, asked).map(|endpoint| endpoint.scope.clone()),
        },
        _ => declared(policy, asked),
    }
}

/// Whether the subject may do it; the answer of [`crate::policy::decide`].
pub fn allows(policy: &Policy, meaning: &Meaning, subject: &Subject) -> bool {
    let acting = meaning.acting.of(&subject.organization);
    let (Some(acting), Ok(needed)) = (acting, &meaning.needed) else {
        return false;
    };
    policy.allows(&question(acting, needed, subject, &Scope::default()))
}

/// The question to the rules. `everything` is a scope that limits nothing.
pub(super) fn question<'a>(
    acting: &'a Id<Organization>,
    needed: &'a ApiScope,
    subject: &'a Subject,
    everything: &'a Scope,
) -> Question<'a> {
    Question {
        acting,
        granted: &subject.roles,
        needed,
        token_scope: everything,
        limits: Limits::default(),
    }
}

/// The APIs that declare a type, or the one of them that is named.
pub(super) fn declaring<'a>(
    policy: &'a Policy,
    kind: &str,
    said: &Properties,
) -> Result<&'a Api, Unknown> {
    let mut apis = policy.apis().filter(|api| api.resources().has(kind));
    match (apis.next(), apis.next()) {
        (None, _) => Err(Unknown::Resource),
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => {
            let named = audience(said)?.ok_or(Unknown::Ambiguous)?;
            let named = policy.api(&named).ok_or(Unknown::Resource)?;
            let declares = named.resources().has(kind);
            declares.then_some(named).ok_or(Unknown::Resource)
        }
    }
}

/// The API that a question about an endpoint names, if it names one.
pub(super) fn audience(said: &Properties) -> Result<Option<Id<Api>>, Unknown> {
    match said.get("audience") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Id::parse(text).map(Some).map_err(|_| Unknown::Resource),
        Some(_) => Err(Unknown::Resource),
    }
}

/// Where, if the resource is no organization itself.
pub(super) fn acting(resource: &Properties, context: &Properties) -> Acting {
    let named = [resource, context].into_iter().find_map(|properties| {
        let value = properties.get("organization");
        value.filter(|value| !value.is_null())
    });
    match named {
        None => Acting::Home,
        Some(Value::String(text)) => Id::parse(text).map_or(Acting::Nowhere, Acting::In),
        Some(_) => Acting::Nowhere,
    }
}

/// What a question says, and what is known beside it.
fn together(said: &Properties, known: &Properties) -> Properties {
    let mut all = known.clone();
    for (name, value) in said.iter().filter(|(_, value)| !value.is_null()) {
        all.insert(name.clone(), value.clone());
    }
    all
}

fn declared(policy: &Policy, asked: &Asked<'_>) -> Meaning {
    let api = declaring(policy, asked.kind, asked.resource);
    let instance = api
        .ok()
        .and_then(|api| api.resources().instance(asked.kind, asked.id));
    let known = instance.map(|instance| together(asked.resource, &instance.properties));
    let resource = known.as_ref().unwrap_or(asked.resource);
    let said = Attributes {
        subject: asked.subject,
        action: &asked.action.properties,
        resource,
        context: asked.context,
    };
    let acting = match instance {
        // A caller may know better how a resource is, not whose it is.
        Some(own) if contradicts(asked.resource, own, "organization") => Acting::Nowhere,
        _ => acting(resource, asked.context),
    };
    let scope = |api: &Api| {
        let scope = api.resources().scope(asked.kind, &asked.action.name, said);
        scope.cloned().ok_or(Unknown::Action)
    };
    Meaning {
        acting,
        needed: api.and_then(scope),
    }
}

/// Whether a question says something else of an instance than is known of it.
pub(super) fn contradicts(said: &Properties, instance: &Instance, name: &str) -> bool {
    let said = said.get(name).filter(|value| !value.is_null());
    let known = instance.properties.get(name);
    said.is_some_and(|said| known.is_some_and(|known| known != said))
}

fn endpoint<'a>(policy: &'a Policy, asked: &Asked<'_>) -> Result<&'a Endpoint, Unknown> {
    let audience = audience(asked.resource)?;
    if asked.id.contains('{') {
        return of_template(policy, audience.as_ref(), asked);
    }
    let path = RequestPath::parse(asked.id).map_err(|_| Unknown::Resource)?;
    let found = policy.endpoint(audience.as_ref(), &asked.action.name, path);
    found
        .map(|located| located.endpoint)
        .map_err(|refusal| match refusal {
            PathRefusal::AmbiguousEndpoint => Unknown::Ambiguous,
            _ => Unknown::Resource,
        })
}

/// Gateways know endpoints by their templates; what a parameter is called does not matter.
fn of_template<'a>(
    policy: &'a Policy,
    audience: Option<&Id<Api>>,
    asked: &Asked<'_>,
) -> Result<&'a Endpoint, Unknown> {
    let template = PathTemplate::parse(asked.id).map_err(|_| Unknown::Resource)?;
    let method = match asked.action.name.as_str() {
        "HEAD" => "GET",
        method => method,
    };
    let apis = policy.apis();
    let apis = apis.filter(|api| audience.is_none_or(|audience| api.audience() == audience));
    let mut found = apis.flat_map(Api::endpoints).filter(|endpoint| {
        endpoint.method.as_str() == method && is_same(&endpoint.template, &template)
    });
    match (found.next(), found.next()) {
        (None, _) => Err(Unknown::Resource),
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err(Unknown::Ambiguous),
    }
}

fn is_same(one: &PathTemplate, other: &PathTemplate) -> bool {
    let shape = |segment| match segment {
        Segment::Fixed(text) => Some(text),
        Segment::Parameter(_) => None,
    };
    one.segments().map(shape).eq(other.segments().map(shape))
}

impl Acting {
    /// The organization, for a subject of this home.
    pub fn of<'a>(&'a self, home: &'a Id<Organization>) -> Option<&'a Id<Organization>> {
        match self {
            Self::Home => Some(home),
            Self::In(organization) => Some(organization),
            Self::Nowhere => None,
        }
    }

    /// The organization, if one is named.
    pub const fn named(&self) -> Option<&Id<Organization>> {
        match self {
            Self::In(organization) => Some(organization),
            Self::Home | Self::Nowhere => None,
        }
    }
}

impl Unknown {
    /// What answers call it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "unknown_action",
            Self::Ambiguous => "ambiguous_resource",
            Self::Resource => "unknown_resource",
        }
    }

    /// What answers say of it.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Action => {
                "the action is no scope, or no line about the resource names it with these attributes"
            }
            Self::Ambiguous => {
                "several APIs have this endpoint or type; name one in resource.properties.audience"
            }
            Self::Resource => "no API has this endpoint or declares this type of resource",
        }
    }
}
