//! `GET /admin/v1/activity`

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::time::Timestamp;

use crate::{
    call::Call,
    input::NoBody,
    moment::Moment,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// From this moment on; left out: from the first hour that is kept, which is 90 days ago.
    from: Option<Moment>,
}

/// What was counted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Activity")]
struct View {
    /// By hour, then by what and by outcome.
    items: Vec<Counted>,
}

/// How often something happened in an hour.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Counted")]
struct Counted {
    /// When the hour began.
    hour: Moment,
    /// `sign_in`, `token` (answers of the token endpoint) or `refusal` (errors told to applications).
    what: String,
    /// How a sign-in went, by which grant a token came, or with which error code it was refused.
    outcome: String,
    number: u64,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/activity",
        Some(Needed::AuditRead),
        "list_activity",
        list,
    )
    .about(
        "See how often people signed in, tokens were issued and requests refused",
        "By hour, of all instances, some seconds late. For those who may read the audit log of the \
         whole installation.",
    )
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<View>, Problem> {
    call.guard.check(None, Needed::AuditRead)?;
    let from = filter
        .from
        .map_or(Timestamp::from_seconds(0), |from| from.0);
    let found = call.admin.storage.activity_since(from).await?;
    let items = found.into_iter().map(|counted| Counted {
        hour: Moment(counted.hour),
        what: counted.what,
        outcome: counted.outcome,
        number: counted.number,
    });
    Ok(Reply::of(View {
        items: items.collect(),
    }))
}
