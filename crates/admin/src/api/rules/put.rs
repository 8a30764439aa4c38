//! `PUT /admin/v1/rules`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use symbolon_core::policy::rule::Rule;

use super::{LONGEST_BODY, View, checked, checked_comment, put_in_force, view};
use crate::{
    call::Call,
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    schema,
    scopes::Needed,
};

/// The next rules.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// All of them. A rule that stands twice counts once, and order means nothing.
    #[schemars(schema_with = "schema::rules")]
    rules: Vec<Rule>,
    /// Why: for those who look at the versions later.
    comment: String,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::PUT,
        "/rules",
        Some(Needed::RulesWrite),
        "put_rules",
        put,
    )
    .about(
        "Put rules in force, on every instance within a second",
        "Becomes the next version. Nobody gives what he does not hold: what a rule newly allows, or \
         no longer denies, of Symbolon's own scopes has to be open to you. Refused when nobody would \
         be left who can change the rules.",
    )
    .conditional()
    .body_limit(LONGEST_BODY)
}

async fn put(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<View>, Problem> {
    let Json(New { rules, comment }) = new;
    call.guard.check(None, Needed::RulesWrite)?;
    checked_comment(&comment)?;
    let rules = checked(&call, rules).await?;
    let made = put_in_force(&call, "rules.put", rules, comment).await?;
    let version = call.expected() + 1;
    Ok(Reply::of(view(made)).version(version))
}
