//! `POST /admin/v1/apis`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{
    id::Id,
    policy::{
        api::{Api, Endpoint, ScopeDefinition},
        detail_type::DetailType,
        resource::{Instance, ResourceLine},
    },
};

use super::{Fields, LONGEST_BODY, View, add, made, view};
use crate::{
    call::{Call, check_segment, segment},
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    schema,
    scopes::Needed,
};

/// A new API.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// What the `aud` claim of its tokens says, for ever.
    #[schemars(with = "String")]
    audience: Id<Api>,
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

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/apis",
        Some(Needed::ApisWrite),
        "create_api",
        create,
    )
    .about(
        "Protect an API",
        "For those who may do so in the system organization.",
    )
    .tagged()
    .body_limit(LONGEST_BODY)
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<View>, Problem> {
    let Json(new) = new;
    call.guard.check(None, Needed::ApisWrite)?;
    let fields = Fields {
        name: new.name,
        scopes: new.scopes,
        endpoints: new.endpoints,
        resources: new.resources,
        instances: new.instances,
        authorization_details: new.authorization_details,
    };
    check_segment("/audience", &new.audience)?;
    let made = add(&call, "api.create", made(new.audience, fields)?).await?;
    let path = format!("/apis/{}", segment(made.value.audience().as_str()));
    Ok(Reply::stored(made, view).at(path))
}
