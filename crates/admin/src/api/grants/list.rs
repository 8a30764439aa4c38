//! `GET /admin/v1/grants`

use std::sync::Arc;

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{id::Id, organization::Organization, role::RoleKey, subject::Subject};
use symbolon_storage::{RoleGrant, Storage};

use super::{View, view};
use crate::{
    call::{Call, Page},
    input::NoBody,
    operation::{Operation, Reply},
    problem::{Kind, Problem},
    scopes::Needed,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only in this organization.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
    /// Only of this subject. One of the two has to be named.
    #[schemars(with = "Option<String>")]
    subject: Option<Id<Subject>>,
    /// Only of this role.
    #[schemars(with = "Option<String>")]
    role: Option<RoleKey>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/grants",
        Some(Needed::GrantsRead),
        "list_grants",
        list,
    )
    .about(
        "List who is what in an organization, or what somebody is where",
        "By subject and role in an organization, by organization and role of a subject; also those \
         that have ended. Names `organization`, `subject` or both.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let now = call.now;
    let after = (call.after(0).to_owned(), call.after(1).to_owned());
    let show = |grant: RoleGrant| view(grant, now);
    let of_role = |grant: &RoleGrant| filter.role.as_ref().is_none_or(|role| *role == grant.role);
    match (&filter.organization, &filter.subject) {
        (None, None) => Err(Problem::new(
            Kind::Query,
            "name the organization, the subject, or both",
        )),
        (Some(place), None) => {
            let found = if call.guard.may(Some(place), Needed::GrantsRead) {
                let after = (after.0.as_str(), after.1.as_str());
                let (role, limit) = (filter.role.as_ref(), call.limit() + 1);
                call.admin
                    .storage
                    .grants_in(place, role, after, limit)
                    .await?
            } else {
                Vec::new()
            };
            let position = |grant: &RoleGrant| {
                [grant.subject.as_str(), grant.role.as_str()]
                    .map(str::to_owned)
                    .into()
            };
            Ok(Reply::of(call.paged(found, position, show)))
        }
        (place, Some(subject)) => {
            let fetch = |storage: Arc<dyn Storage>, after: (String, String), limit| {
                let subject = subject.clone();
                async move {
                    let after = (after.0.as_str(), after.1.as_str());
                    storage.grants_of(&subject, after, limit).await
                }
            };
            let key = |grant: &RoleGrant| {
                let place = grant.organization.as_str().to_owned();
                (place, grant.role.as_str().to_owned())
            };
            let seen = |grant: &RoleGrant| {
                of_role(grant)
                    && place
                        .as_ref()
                        .is_none_or(|place| *place == grant.organization)
                    && call
                        .guard
                        .may(Some(&grant.organization), Needed::GrantsRead)
            };
            let found = call.sifted(after, fetch, key, seen).await?;
            let position = |grant: &RoleGrant| {
                let (place, role) = key(grant);
                vec![place, role]
            };
            Ok(Reply::of(call.paged(found, position, show)))
        }
    }
}
