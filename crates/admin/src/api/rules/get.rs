//! `GET /admin/v1/rules`

use http::Method;

use super::{View, current, view};
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
        "/rules",
        Some(Needed::RulesRead),
        "get_rules",
        get,
    )
    .about(
        "Look at the rules in force",
        "For those who may do so in the system organization.",
    )
    .tagged()
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    call.guard.check(None, Needed::RulesRead)?;
    let current = current(&call).await?;
    let version = i64::try_from(current.version).unwrap_or(i64::MAX);
    Ok(Reply::of(view(current)).version(version))
}
