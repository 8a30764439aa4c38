//! `POST /admin/v1/rules/versions/{version}/restore`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{View, checked_comment, put_in_force, versions::of_path, view};
use crate::{
    call::Call,
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Why {
    /// Left out: which version it was.
    comment: Option<String>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/rules/versions/{version}/restore",
        Some(Needed::RulesWrite),
        "restore_rules",
        restore,
    )
    .about(
        "Put the rules of an earlier version in force again",
        "As the next version: nothing is lost. If-Match names the version in force.",
    )
    .conditional()
}

async fn restore(call: Call, _: NoQuery, why: Json<Why>) -> Result<Reply<View>, Problem> {
    call.guard.check(None, Needed::RulesWrite)?;
    let earlier = of_path(&call).await?;
    let comment = why.0.comment;
    let comment = comment.unwrap_or_else(|| format!("version {} again", earlier.version));
    checked_comment(&comment)?;
    let made = put_in_force(&call, "rules.restore", earlier.rules, comment).await?;
    let version = call.expected() + 1;
    Ok(Reply::of(view(made)).version(version))
}
