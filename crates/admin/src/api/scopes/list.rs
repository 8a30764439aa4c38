//! `GET /admin/v1/scopes`

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
    /// Only those of this group: what stands before the last point.
    #[serde(default)]
    group: String,
    /// Only those that have this in them, in whatever case.
    #[serde(default)]
    text: String,
}

/// A scope.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Scope")]
struct View {
    scope: String,
    /// What stands before its last point.
    group: String,
    /// What it is for, to people.
    description: String,
    /// The API that defines it.
    audience: String,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/scopes",
        Some(Needed::RulesRead),
        "list_scopes",
        list,
    )
    .about(
        "List the scopes of all APIs",
        "By name. Symbolon's own are among them.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    call.guard.check(None, Needed::RulesRead)?;
    let policy = &call.guard.caller.policy;
    let limit = usize::try_from(call.limit()).unwrap_or(usize::MAX);
    let behind = call.after(0);
    let views = all(policy).into_iter().map(|(scope, told)| View {
        scope: scope.to_string(),
        group: matrix::group(scope).to_owned(),
        description: told.0.to_owned(),
        audience: told.1.to_string(),
    });
    let wanted = views.filter(|own| {
        let in_group = filter.group.is_empty() || own.group == filter.group;
        in_group && own.scope.as_str() > behind && has(&own.scope, &filter.text)
    });
    let found = wanted.take(limit.saturating_add(1)).collect();
    let position = |own: &View| vec![own.scope.clone()];
    Ok(Reply::of(call.paged(found, position, |own| own)))
}
