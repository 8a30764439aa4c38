//! `PATCH /admin/v1/apis/{audience}`

use http::Method;

use super::{Fields, LONGEST_BODY, View, change, changeable, made, view};
use crate::{
    call::Call,
    input::{NoQuery, Patch},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::PATCH,
        "/apis/{audience}",
        Some(Needed::ApisWrite),
        "update_api",
        update,
    )
    .about(
        "Change a protected API",
        "`scopes` and `endpoints` are replaced whole.",
    )
    .conditional()
    .body_limit(LONGEST_BODY)
}

async fn update(call: Call, _: NoQuery, patch: Patch<Fields>) -> Result<Reply<View>, Problem> {
    let before = changeable(&call).await?;
    let fields = patch.onto(&Fields {
        name: before.value.name().to_owned(),
        scopes: before.value.scopes().to_vec(),
        endpoints: before.value.endpoints().to_vec(),
        resources: before.value.resources().lines().to_vec(),
        instances: before.value.resources().instances().to_vec(),
        authorization_details: before.value.detail_types().to_vec(),
    })?;
    let api = made(before.value.audience().clone(), fields)?;
    let changed = change(&call, "api.update", before, api).await?;
    Ok(Reply::stored(changed, view))
}
