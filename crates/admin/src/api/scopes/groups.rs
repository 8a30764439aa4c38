//! `GET /admin/v1/scopes/groups`

use std::collections::BTreeMap;

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::policy::matrix;

use super::{all, has};
use crate::{
    call::{Call, Page},
    input::NoBody,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only groups with a scope that has this in it, in whatever case; those are counted.
    #[serde(default)]
    text: String,
}

/// Scopes that differ in what stands behind the last point.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ScopeGroup")]
struct View {
    /// What stands before it.
    group: String,
    /// How many they are.
    scopes: usize,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/scopes/groups",
        Some(Needed::RulesRead),
        "list_scope_groups",
        list,
    )
    .about("List the groups of scopes", "By name.")
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    call.guard.check(None, Needed::RulesRead)?;
    let policy = &call.guard.caller.policy;
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for scope in all(policy).into_keys() {
        if has(scope.as_str(), &filter.text) {
            *groups.entry(matrix::group(scope)).or_default() += 1;
        }
    }
    let limit = usize::try_from(call.limit()).unwrap_or(usize::MAX);
    let behind = call.after(0);
    let views = groups.into_iter().map(|(group, scopes)| View {
        group: group.to_owned(),
        scopes,
    });
    let wanted = views.filter(|own| own.group.as_str() > behind);
    let found = wanted.take(limit.saturating_add(1)).collect();
    let position = |own: &View| vec![own.group.clone()];
    Ok(Reply::of(call.paged(found, position, |own| own)))
}
