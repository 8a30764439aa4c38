//! `GET /admin/v1/rules/compare`

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::policy::rule::{Rule, RuleSet};

use crate::{
    call::Call,
    input::{NoBody, Number},
    operation::{Operation, Reply},
    problem::Problem,
    schema,
    scopes::Needed,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Versions {
    /// The one.
    from: Number,
    /// The other.
    to: Number,
}

/// What has to be added to one version and removed from it to get the other.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "RuleSetDifference")]
struct View {
    from: u64,
    to: u64,
    #[schemars(schema_with = "schema::rules")]
    added: Vec<Rule>,
    #[schemars(schema_with = "schema::rules")]
    removed: Vec<Rule>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/rules/compare",
        Some(Needed::RulesRead),
        "compare_rules",
        compare,
    )
    .about("Compare two versions of the rules", "")
}

async fn compare(call: Call, versions: Versions, _: NoBody) -> Result<Reply<View>, Problem> {
    call.guard.check(None, Needed::RulesRead)?;
    let from = of(&call, "from", versions.from).await?;
    let to = of(&call, "to", versions.to).await?;
    let difference = from.difference(&to);
    Ok(Reply::of(View {
        from: versions.from.0,
        to: versions.to.0,
        added: difference.added,
        removed: difference.removed,
    }))
}

async fn of(call: &Call, name: &str, version: Number) -> Result<RuleSet, Problem> {
    let found = call.admin.storage.rule_set(version.0).await?;
    let found = found.map(|set| set.rules);
    found.ok_or_else(|| Problem::parameter(name, "there is no such version"))
}
