//! `GET /admin/v1/machines`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::{id::Id, organization::Organization};

use super::{View, view};
use crate::{
    api::subjects::{self, Kind},
    call::{Call, Page},
    input::{Flag, NoBody},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only those that are at home here.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
    /// Only those whose name begins like this.
    name: Option<String>,
    /// Only those that are shut out, or that are not.
    disabled: Option<Flag>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/machines",
        Some(Needed::MachinesRead),
        "list_machines",
        list,
    )
    .about(
        "List the machine users that you may see",
        "By organization, then by id.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let Filter {
        organization,
        name,
        disabled,
    } = filter;
    let page = subjects::list(&call, Kind::Machine, organization, name, disabled, view);
    Ok(Reply::of(page.await?))
}
