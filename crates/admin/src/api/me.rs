//! `GET /admin/v1/me`: who calls, and what he may manage where. A console begins with it.

use std::collections::BTreeMap;

use http::Method;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    call::Call,
    guard::Places,
    input::{NoBody, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// Who calls.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Me")]
struct View {
    /// The `sub`.
    id: String,
    name: String,
    /// Where the caller is at home.
    organization: String,
    /// The roles held, by organization.
    roles: BTreeMap<String, Vec<String>>,
    /// The organization in which roles count for everything, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    system_organization: Option<String>,
    /// The scopes of this API that this token is good for everywhere.
    everywhere: Vec<String>,
    /// Those that it is good for in single organizations.
    by_organization: BTreeMap<String, Vec<String>>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let me = Operation::new(Method::GET, "/me", None, "me", me);
    vec![me.about(
        "See who you are, and what you may manage where",
        "Any live token will do.",
    )]
}

async fn me(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let subject = &call.guard.caller.subject;
    let roles = subject.roles.iter().map(|(organization, keys)| {
        let keys = keys.iter().map(ToString::to_string).collect();
        (organization.to_string(), keys)
    });
    let mut everywhere = Vec::new();
    let mut by_organization: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for needed in Needed::ALL
        .iter()
        .filter(|needed| call.guard.names(**needed))
    {
        let scope = needed.as_str().to_owned();
        match call.guard.places(*needed) {
            Places::Everywhere => everywhere.push(scope),
            Places::In(places) => places.iter().for_each(|place| {
                let own = by_organization.entry(place.to_string());
                own.or_default().push(scope.clone());
            }),
        }
    }
    Ok(Reply::of(View {
        id: subject.id.to_string(),
        name: subject.display_name().to_owned(),
        organization: subject.organization.to_string(),
        roles: roles.collect(),
        system_organization: call.guard.system.as_ref().map(ToString::to_string),
        everywhere,
        by_organization,
    }))
}
