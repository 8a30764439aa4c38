//! `DELETE /admin/v1/machines/{machine}`

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
        "/machines/{machine}",
        Some(Needed::MachinesWrite),
        "delete_machine",
        delete,
    )
    .about(
        "Delete a machine user",
        "With all grants and personal access tokens; not while a client acts as it.",
    )
    .conditional()
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    subjects::delete(&call, Kind::Machine).await?;
    Ok(Reply::of(Nothing))
}
