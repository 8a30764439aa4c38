//! `GET /admin/v1/machines/{machine}`

use http::Method;

use super::{View, view};
use crate::{
    api::subjects::{self, Kind},
    call::Call,
    input::{NoBody, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/machines/{machine}",
        Some(Needed::MachinesRead),
        "get_machine",
        get,
    )
    .about("Look at a machine user", "")
    .tagged()
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let found = subjects::found(&call, Kind::Machine, Needed::MachinesRead).await?;
    Ok(Reply::stored(found, view))
}
