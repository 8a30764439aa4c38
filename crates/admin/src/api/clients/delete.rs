//! `DELETE /admin/v1/clients/{client}`

use http::Method;
use symbolon_storage::Act;

use super::{found, record};
use crate::{
    call::Call,
    input::{NoBody, NoQuery},
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::DELETE,
        "/clients/{client}",
        Some(Needed::ClientsWrite),
        "delete_client",
        delete,
    )
    .about("Delete a client", "Its tokens are good for nothing then.")
    .conditional()
}

async fn delete(call: Call, _: NoQuery, _: NoBody) -> Result<Reply<Nothing>, Problem> {
    let client = found(&call, Needed::ClientsWrite).await?.0.value;
    let act = Act::DeleteClient(client.id.clone(), call.expected());
    call.act(act, record("client.delete", &client)).await?;
    Ok(Reply::of(Nothing))
}
