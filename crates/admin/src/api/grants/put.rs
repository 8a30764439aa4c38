//! `PUT /admin/v1/grants/{organization}/{subject}/{role}`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use symbolon_core::{id::Id, organization::Organization, role::Role, subject::Subject};
use symbolon_storage::{Act, RoleGrant};

use super::{View, view};
use crate::{
    call::{Call, Record},
    input::{Json, NoQuery},
    lockout::Loss,
    moment::Moment,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// Until when.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Until {
    /// The first moment at which it does not count; left out: it does not end.
    expires_at: Option<Moment>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::PUT,
        "/grants/{organization}/{subject}/{role}",
        Some(Needed::GrantsWrite),
        "put_grant",
        put,
    )
    .about(
        "Give somebody a role in an organization, or change until when",
        "Nobody gives what he does not hold: every scope that the role opens there has to be open \
         to you there.",
    )
}

async fn put(call: Call, _: NoQuery, until: Json<Until>) -> Result<Reply<View>, Problem> {
    let place: Id<Organization> = call.id("organization")?;
    let subject: Id<Subject> = call.id("subject")?;
    let key = call.role("role")?;
    call.guard.check(Some(&place), Needed::GrantsWrite)?;
    let storage = &call.admin.storage;
    let organization = storage.stored_organization(&place).await?;
    organization.ok_or_else(Problem::missing)?;
    storage
        .stored_subject(&subject)
        .await?
        .ok_or_else(Problem::missing)?;
    let role = storage.stored_role(&key).await?;
    role.filter(|role| counts_in(&role.value, &place))
        .ok_or_else(Problem::missing)?;
    let expires_at = until.0.expires_at.map(|moment| moment.0);
    if expires_at.is_some_and(|end| end <= call.now) {
        return Err(Problem::member("/expires_at", "is to come yet"));
    }
    call.guard.holds_role_in(&place, &key)?;
    let grant = RoleGrant {
        subject: subject.clone(),
        organization: place.clone(),
        role: key.clone(),
        expires_at,
    };
    let record = || Record {
        action: "grant.put",
        object: format!("grant/{place}/{subject}/{key}"),
        organization: Some(place.clone()),
        detail: json!({ "expires_at": expires_at.map(Moment) }),
    };
    let act = Act::PutGrant(grant.clone());
    if expires_at.is_some() {
        // One without an end may have been there.
        let loss = Loss::Grant(&subject, &place, &key);
        call.act_unless_lockout(&act, &loss, record).await?;
    } else {
        call.act(act, record()).await?;
    }
    Ok(Reply::of(view(grant, call.now)))
}

/// Whether a role means anything in an organization.
pub(in crate::api) fn counts_in(role: &Role, place: &Id<Organization>) -> bool {
    role.organization.as_ref().is_none_or(|only| only == place)
}
