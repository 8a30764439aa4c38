//! `GET /admin/v1/users`

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
    /// Only those who are at home here.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
    /// Only those whose user name, or proven e-mail address, begins like this.
    name: Option<String>,
    /// Only those who are shut out, or who are not.
    disabled: Option<Flag>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/users",
        Some(Needed::UsersRead),
        "list_users",
        list,
    )
    .about(
        "List the people that you may see",
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
    let page = subjects::list(&call, Kind::Person, organization, name, disabled, view);
    Ok(Reply::of(page.await?))
}
