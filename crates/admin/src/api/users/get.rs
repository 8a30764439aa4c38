//! `GET /admin/v1/users/{user}`

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
        "/users/{user}",
        Some(Needed::UsersRead),
        "get_user",
        get,
    )
    .about("Look at a person", "")
    .tagged()
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let found = subjects::found(&call, Kind::Person, Needed::UsersRead).await?;
    Ok(Reply::stored(found, view))
}
