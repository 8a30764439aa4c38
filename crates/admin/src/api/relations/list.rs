//! `GET /admin/v1/relations`

use std::sync::Arc;

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{id::Id, organization::Organization, policy::relation::Relation};
use symbolon_storage::Storage;

use super::{View, view};
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
    /// Only those that lead into or out of this organization.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/relations",
        Some(Needed::OrganizationsRead),
        "list_relations",
        list,
    )
    .about(
        "List relations",
        "Those of which you may see one of the organizations.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let needed = Needed::OrganizationsRead;
    let fetch = |storage: Arc<dyn Storage>, after: [String; 4], limit| {
        let only = filter.organization.clone();
        async move {
            let [one, two, three, four] = &after;
            let after = [one.as_str(), two.as_str(), three.as_str(), four.as_str()];
            storage.relations_after(only.as_ref(), after, limit).await
        }
    };
    let key = |relation: &Relation| {
        [
            relation.manager.as_str(),
            relation.held.as_str(),
            relation.managed.as_str(),
            relation.acts_as.as_str(),
        ]
        .map(str::to_owned)
    };
    let seen = |relation: &Relation| {
        [&relation.managed, &relation.manager]
            .into_iter()
            .any(|place| call.guard.may(Some(place), needed))
    };
    let after = [0, 1, 2, 3].map(|part| call.after(part).to_owned());
    let found = call.sifted(after, fetch, key, seen).await?;
    Ok(Reply::of(call.paged(
        found,
        |found| key(found).into(),
        view,
    )))
}
