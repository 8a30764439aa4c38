//! `PATCH /admin/v1/clients/{client}`

use http::Method;
use symbolon_core::client::Client;
use symbolon_storage::{Act, Stored};

use super::{Fields, View, check, found, record, view};
use crate::{
    api::organizations::since,
    call::Call,
    input::{NoQuery, Patch},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::PATCH,
        "/clients/{client}",
        Some(Needed::ClientsWrite),
        "update_client",
        update,
    )
    .about(
        "Change, disable or enable a client",
        "Members of `metadata` are changed one by one. What is newly given is bounded as for a new \
         client.",
    )
    .conditional()
}

async fn update(call: Call, _: NoQuery, patch: Patch<Fields>) -> Result<Reply<View>, Problem> {
    let (before, _) = found(&call, Needed::ClientsWrite).await?;
    let fields = patch.onto(&Fields {
        machine: before.value.machine.clone(),
        metadata: before.value.metadata.clone(),
        disabled: before.value.disabled_at.is_some(),
    })?;
    let client = Client {
        machine: fields.machine,
        metadata: fields.metadata,
        disabled_at: since(fields.disabled, before.value.disabled_at, call.now),
        ..before.value.clone()
    };
    check(&call, &client, Some(&before.value)).await?;
    let version = call.expected();
    let act = Act::UpdateClient(Box::new(client.clone()), version);
    call.act(act, record("client.update", &client)).await?;
    let changed = Stored {
        value: client,
        version: version + 1,
        created_at: before.created_at,
    };
    Ok(Reply::stored(changed, view))
}
