//! `GET /admin/v1/roles/{role}`

use http::Method;

use super::{View, is_seen, view};
use crate::{
    call::Call,
    input::{NoBody, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/roles/{role}",
        Some(Needed::RolesRead),
        "get_role",
        get,
    )
    .about("Look at a role", "")
    .tagged()
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    let found = call.admin.storage.stored_role(&call.role("role")?).await?;
    let found = found.filter(|found| is_seen(&call, &found.value));
    let found = found.ok_or_else(Problem::missing)?;
    Ok(Reply::stored(found, view))
}
