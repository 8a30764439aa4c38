//! `GET /admin/v1/audit`

use http::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use symbolon_core::{id::Id, organization::Organization};
use symbolon_storage::{AuditEvent, AuditFilter};

use crate::{
    call::{Call, Page},
    guard::Places,
    input::NoBody,
    moment::Moment,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// In how many organizations events are looked for at once.
const MOST_PLACES: usize = 50;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Who did it: a `sub`.
    #[serde(default)]
    actor: String,
    /// To what, such as `role/viewer`.
    #[serde(default)]
    object: String,
    /// What was done, such as `role.create`.
    #[serde(default)]
    action: String,
    /// To what belongs to this organization.
    #[schemars(with = "Option<String>")]
    organization: Option<Id<Organization>>,
    /// From this moment on.
    from: Option<Moment>,
    /// Before this moment.
    until: Option<Moment>,
}

/// Something that somebody did.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditEvent")]
struct View {
    id: String,
    happened_at: Moment,
    /// Who: a `sub`.
    actor: String,
    /// Through which client.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// From which address.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The `x-request-id` of the answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    /// What was done.
    action: String,
    /// To what.
    object: String,
    /// Which organization that belongs to, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    /// The rest.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    detail: serde_json::Value,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::GET,
        "/audit",
        Some(Needed::AuditRead),
        "list_audit_events",
        list,
    )
    .about(
        "Read the audit log",
        "The latest first. Whoever reads it in an organization sees what was done to what belongs \
         to that one.",
    )
    .paged()
}

async fn list(call: Call, filter: Filter, _: NoBody) -> Result<Reply<Page<View>>, Problem> {
    let limit = call.limit() + 1;
    let before = call.after(0).to_owned();
    let wanted = filter.organization;
    let sought = AuditFilter {
        actor: filter.actor,
        object: filter.object,
        action: filter.action,
        organization: None,
        from: filter.from.map(|moment| moment.0),
        until: filter.until.map(|moment| moment.0),
        before,
    };
    let places: Vec<Option<Id<Organization>>> = match (call.guard.places(Needed::AuditRead), wanted)
    {
        (Places::Everywhere, wanted) => vec![wanted],
        (Places::In(places), Some(wanted)) => {
            let seen = places.contains(&wanted);
            seen.then_some(Some(wanted)).into_iter().collect()
        }
        (Places::In(places), None) => places.into_iter().map(Some).collect(),
    };
    if places.len() > MOST_PLACES {
        return Err(Problem::parameter(
            "organization",
            "is to be named by who may read the log of more than 50 of them",
        ));
    }
    let mut found = Vec::new();
    for organization in places {
        let sought = AuditFilter {
            organization,
            ..sought.clone()
        };
        found.extend(call.admin.storage.audit_events(&sought, limit).await?);
    }
    found.sort_by(|one: &AuditEvent, other| other.id.cmp(&one.id));
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let position = |event: &AuditEvent| vec![event.id.as_str().to_owned()];
    Ok(Reply::of(call.paged(found, position, view)))
}

fn view(event: AuditEvent) -> View {
    View {
        id: event.id.to_string(),
        happened_at: Moment(event.happened_at),
        actor: event.actor,
        client: event.client,
        address: event.address,
        request_id: event.request_id,
        action: event.action,
        object: event.object,
        organization: event.organization.map(|id| id.to_string()),
        detail: event.detail,
    }
}
