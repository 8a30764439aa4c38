//! `PATCH /admin/v1/users/{user}`

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
        "/users/{user}",
        Some(Needed::UsersWrite),
        "update_user",
        update,
    )
    .about(
        "Change, disable or enable a person",
        "Disabling ends all sessions. To change the names or claims of somebody takes all that he \
         holds: whoever can do so could sign in as him.",
    )
    .conditional()
}

async fn update(call: Call, _: NoQuery, patch: Patch<Fields>) -> Result<Reply<View>, Problem> {
    let before = subjects::found(&call, Kind::Person, Needed::UsersWrite).await?;
    let fields = patch.onto(&Fields {
        username: before.value.username.clone(),
        profile: before.value.profile.clone(),
        disabled: before.value.disabled_at.is_some(),
    })?;
    let subject = DeclaredSubject {
        identifiers: subjects::identifiers("/username", &fields.username, &fields.profile)?,
        username: fields.username,
        profile: fields.profile,
        ..before.value.clone()
    };
    let detail = json!({ "name": subject.username, "disabled": fields.disabled });
    let changed = subjects::update(
        &call,
        Kind::Person,
        before,
        subject,
        fields.disabled,
        detail,
    );
    let changed = changed.await?;
    Ok(Reply::stored(changed, view))
}
