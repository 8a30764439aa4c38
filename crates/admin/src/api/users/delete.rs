//! `DELETE /admin/v1/users/{user}`

use http::Method;

use crate::{
    api::subjects::{self, Kind},
    call::Call,
    input::{NoBody, NoQuery},
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::DELETE,
        "/users/{user}",
        Some(Needed::UsersWrite),
        "delete_user",
        delete,
    )
    .about(
        "Delete a person",
        "With all grants, sessions and personal access tokens.",
    )
    .conditional()
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    subjects::delete(&call, Kind::Person).await?;
    Ok(Reply::of(Nothing))
}
