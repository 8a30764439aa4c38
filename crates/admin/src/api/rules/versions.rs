//! `GET /admin/v1/rules/versions`, `GET /admin/v1/rules/versions/{version}`

use http::Method;
use schemars::JsonSchema;
use serde::Serialize;
use symbolon_storage::StoredRuleSet;

use super::{View, view};
use crate::{
    call::{Call, Page},
    input::{NoBody, NoQuery},
    moment::Moment,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// A version, without its rules.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RuleSetVersion")]
struct Summary {
    version: u64,
    /// Who made it.
    author: String,
    /// Why.
    comment: String,
    created_at: Moment,
    /// How many rules it has.
    rules: usize,
}

pub(super) fn list_operation() -> Operation {
    Operation::new(
        Method::GET,
        "/rules/versions",
        Some(Needed::RulesRead),
        "list_rule_versions",
        list,
    )
    .about("List the versions of the rules", "The latest first.")
    .paged()
}

pub(super) fn get_operation() -> Operation {
    Operation::new(
        Method::GET,
        "/rules/versions/{version}",
        Some(Needed::RulesRead),
        "get_rule_version",
        get,
    )
    .about("Look at a version of the rules", "")
}

async fn list(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Page<Summary>>, Problem> {
    call.guard.check(None, Needed::RulesRead)?;
    let before = call.after(0).parse().unwrap_or(u64::MAX);
    let storage = &call.admin.storage;
    let found = storage.rule_sets_before(before, call.limit() + 1).await?;
    let position = |set: &StoredRuleSet| vec![set.version.to_string()];
    let summary = |set: StoredRuleSet| Summary {
        version: set.version,
        author: set.author,
        comment: set.comment,
        created_at: Moment(set.created_at),
        rules: set.rules.len(),
    };
    Ok(Reply::of(call.paged(found, position, summary)))
}

async fn get(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<View>, Problem> {
    call.guard.check(None, Needed::RulesRead)?;
    Ok(Reply::of(view(of_path(&call).await?)))
}

/// The version in the path.
pub(super) async fn of_path(call: &Call) -> Result<StoredRuleSet, Problem> {
    let version = call
        .word("version")
        .parse()
        .map_err(|_| Problem::missing())?;
    let found = call.admin.storage.rule_set(version).await?;
    found.ok_or_else(Problem::missing)
}
