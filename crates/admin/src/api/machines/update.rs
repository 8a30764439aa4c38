//! `PATCH /admin/v1/machines/{machine}`

use http::Method;
use serde_json::json;
use symbolon_storage::DeclaredSubject;

use super::{Fields, View, view};
use crate::{
    api::subjects::{self, Kind},
    call::Call,
    input::{NoQuery, Patch},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::PATCH,
        "/machines/{machine}",
        Some(Needed::MachinesWrite),
        "update_machine",
        update,
    )
    .about("Rename, disable or enable a machine user", "")
    .conditional()
}

async fn update(call: Call, _: NoQuery, patch: Patch<Fields>) -> Result<Reply<View>, Problem> {
    let before = subjects::found(&call, Kind::Machine, Needed::MachinesWrite).await?;
    let fields = patch.onto(&Fields {
        name: before.value.username.clone(),
        disabled: before.value.disabled_at.is_some(),
    })?;
    let subject = DeclaredSubject {
        identifiers: subjects::identifiers("/name", &fields.name, &before.value.profile)?,
        username: fields.name,
        ..before.value.clone()
    };
    let detail = json!({ "name": subject.username, "disabled": fields.disabled });
    let changed = subjects::update(
        &call,
        Kind::Machine,
        before,
        subject,
        fields.disabled,
        detail,
    );
    let changed = changed.await?;
    Ok(Reply::stored(changed, view))
}
