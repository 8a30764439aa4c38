//! Protected APIs: their scopes, and which endpoint needs which.

mod create;
mod delete;
mod get;
mod import;
mod list;
mod update;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use symbolon_core::{
    id::Id,
    policy::{
        api::{Api, Endpoint, ScopeDefinition},
        detail_type::DetailType,
        resource::{Instance, ResourceLine, Resources},
    },
};
use symbolon_storage::{Act, Stored};

use crate::{
    call::{Call, Record},
    moment::Moment,
    operation::Operation,
    problem::Problem,
    schema,
    scopes::Needed,
};

/// The longest body in bytes: 5000 endpoints of the usual length.
const LONGEST_BODY: usize = 4 * 1024 * 1024;

pub(crate) fn operations() -> Vec<Operation> {
    vec![
        list::operation(),
        create::operation(),
        import::operation(),
        get::operation(),
        update::operation(),
        delete::operation(),
    ]
}

/// An API.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Api")]
struct View {
    /// What the `aud` claim of its tokens says.
    audience: String,
    /// What people call it.
    name: String,
    #[schemars(schema_with = "schema::scopes")]
    scopes: Vec<ScopeDefinition>,
    #[schemars(schema_with = "schema::endpoints")]
    endpoints: Vec<Endpoint>,
    #[schemars(schema_with = "schema::resources")]
    resources: Vec<ResourceLine>,
    #[schemars(schema_with = "schema::instances")]
    instances: Vec<Instance>,
    #[schemars(schema_with = "schema::detail_types")]
    authorization_details: Vec<DetailType>,
    created_at: Moment,
    /// The number in its ETag.
    version: i64,
}

/// An API in a list: its scopes and endpoints are counted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ApiSummary")]
struct Summary {
    /// What the `aud` claim of its tokens says.
    audience: String,
    /// What people call it.
    name: String,
    scopes: usize,
    endpoints: usize,
    created_at: Moment,
    /// The number in its ETag.
    version: i64,
}

/// What can be changed of an API.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Fields {
    /// What people call it.
    name: String,
    /// What rules may grant.
    #[serde(default)]
    #[schemars(schema_with = "schema::scopes")]
    scopes: Vec<ScopeDefinition>,
    /// What can be called, and with which scope.
    #[serde(default)]
    #[schemars(schema_with = "schema::endpoints")]
    endpoints: Vec<Endpoint>,
    /// What is decided about beside endpoints (OpenID AuthZEN): the scope that an action on a type
    /// of resource takes.
    #[serde(default)]
    #[schemars(schema_with = "schema::resources")]
    resources: Vec<ResourceLine>,
    /// Resources that are known by name.
    #[serde(default)]
    #[schemars(schema_with = "schema::instances")]
    instances: Vec<Instance>,
    /// What applications may ask for beyond scopes (RFC 9396).
    #[serde(default)]
    #[schemars(schema_with = "schema::detail_types")]
    authorization_details: Vec<DetailType>,
}

fn view(stored: Stored<Api>) -> View {
    let api = stored.value;
    View {
        audience: api.audience().as_str().to_owned(),
        name: api.name().to_owned(),
        scopes: api.scopes().to_vec(),
        endpoints: api.endpoints().to_vec(),
        resources: api.resources().lines().to_vec(),
        instances: api.resources().instances().to_vec(),
        authorization_details: api.detail_types().to_vec(),
        created_at: Moment(stored.created_at),
        version: stored.version,
    }
}

/// An API of what was sent.
fn made(audience: Id<Api>, fields: Fields) -> Result<Api, Problem> {
    let Fields {
        name,
        scopes,
        endpoints,
        resources,
        instances,
        authorization_details,
    } = fields;
    let resources = Resources::new(resources, instances)
        .map_err(|error| Problem::member("/resources", error))?;
    Api::new(audience, name, scopes, endpoints)
        .and_then(|api| api.with_resources(resources))
        .and_then(|api| api.with_details(authorization_details))
        .map_err(|error| Problem::member("", error))
}

/// Adds an API.
async fn add(call: &Call, action: &'static str, api: Api) -> Result<Stored<Api>, Problem> {
    let record = record(action, &api);
    call.act(Act::CreateApi(Box::new(api.clone())), record)
        .await?;
    Ok(Stored {
        value: api,
        version: 1,
        created_at: call.now,
    })
}

/// Changes an API. What it defines anew, rules with a pattern may grant at once: whoever may do this
/// may say what scopes mean.
async fn change(
    call: &Call,
    action: &'static str,
    before: Stored<Api>,
    api: Api,
) -> Result<Stored<Api>, Problem> {
    let record = record(action, &api);
    let version = call.expected();
    let act = Act::UpdateApi(Box::new(api.clone()), version);
    call.act(act, record).await?;
    Ok(Stored {
        value: api,
        version: version + 1,
        created_at: before.created_at,
    })
}

/// The API in the path. APIs belong to no organization: whoever may see any sees all.
async fn found(call: &Call) -> Result<Stored<Api>, Problem> {
    let audience = call.id("audience")?;
    let found = call.admin.storage.stored_api(&audience).await?;
    found.ok_or_else(Problem::missing)
}

/// The same, if the caller may change APIs.
async fn changeable(call: &Call) -> Result<Stored<Api>, Problem> {
    call.guard.check(None, Needed::ApisWrite)?;
    found(call).await
}

fn record(action: &'static str, api: &Api) -> Record {
    Record {
        action,
        object: format!("api/{}", api.audience()),
        organization: None,
        detail: json!({
            "name": api.name(),
            "scopes": api.scopes().len(),
            "endpoints": api.endpoints().len(),
        }),
    }
}
