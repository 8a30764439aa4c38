//! `PATCH /admin/v1/organizations/{organization}`

use http::Method;
use serde_json::json;
use symbolon_core::organization::Organization;
use symbolon_storage::{Act, Stored};

use super::{Fields, View, checked_name, since, view};
use crate::{
    call::{Call, Record},
    input::{NoQuery, Patch},
    lockout::Loss,
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::PATCH,
        "/organizations/{organization}",
        Some(Needed::OrganizationsWrite),
        "update_organization",
        update,
    )
    .about(
        "Rename, disable or enable an organization",
        "Disabling it ends the sessions of its people; nobody acts in it any more.",
    )
    .conditional()
}

async fn update(call: Call, _: NoQuery, patch: Patch<Fields>) -> Result<Reply<View>, Problem> {
    let id = call.id("organization")?;
    call.guard.check(Some(&id), Needed::OrganizationsWrite)?;
    let found = call.admin.storage.stored_organization(&id).await?;
    let found = found.ok_or_else(Problem::missing)?;
    let before = Fields {
        name: found.value.name.clone(),
        disabled: found.value.disabled_at.is_some(),
    };
    let fields = patch.onto(&before)?;
    checked_name("/name", &fields.name)?;
    let organization = Organization {
        id: id.clone(),
        name: fields.name,
        disabled_at: since(fields.disabled, found.value.disabled_at, call.now),
    };
    let version = call.expected();
    let record = || Record {
        action: "organization.update",
        object: format!("organization/{id}"),
        organization: Some(id.clone()),
        detail: json!({ "name": organization.name, "disabled": fields.disabled }),
    };
    let act = Act::UpdateOrganization(organization.clone(), version);
    if fields.disabled {
        let loss = Loss::Organization(&id);
        call.act_unless_lockout(&act, &loss, record).await?;
    } else {
        call.act(act, record()).await?;
    }
    let changed = Stored {
        value: organization,
        version: version + 1,
        created_at: found.created_at,
    };
    Ok(Reply::stored(changed, view))
}
