//! `GET /admin/v1/roles`

use std::sync::Arc;

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{id::Id, organization::Organization, role::Role};
use symbolon_storage::{Storage, Stored};

use super::{View, is_seen, view};
use crate::{
    call::{Call, Page},
    input::NoBody,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only roles that count here: its own, and those that count everywhere.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/roles",
        Some(Needed::RolesRead),
        "list_roles",
        list,
    )
    .about(
        "List the roles that you may see",
        "By key. Roles that count everywhere are seen by everybody who may see any.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let fetch = |storage: Arc<dyn Storage>, after: String, limit| {
        let only = filter.organization.clone();
        async move { storage.roles_after(only.as_ref(), &after, limit).await }
    };
    let key = |role: &Stored<Role>| role.value.key.as_str().to_owned();
    let seen = |role: &Stored<Role>| is_seen(&call, &role.value);
    let found = call
        .sifted(call.after(0).to_owned(), fetch, key, seen)
        .await?;
    Ok(Reply::of(call.paged(found, |role| vec![key(role)], view)))
}
