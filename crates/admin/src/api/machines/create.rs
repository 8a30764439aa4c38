//! `POST /admin/v1/machines`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use symbolon_core::{id::Id, organization::Organization, subject::Profile};
use symbolon_storage::DeclaredSubject;

use super::{View, view};
use crate::{
    api::subjects::{self, Kind},
    call::Call,
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// A new machine user.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// What people call it: nobody else may answer to it.
    name: String,
    /// Where it is at home, for ever.
    #[schemars(with = "String")]
    organization: Id<Organization>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/machines",
        Some(Needed::MachinesWrite),
        "create_machine",
        create,
    )
    .about("Add a machine user", "It has no roles: these are grants.")
    .tagged()
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<View>, Problem> {
    let Json(New { name, organization }) = new;
    let profile = Profile::default();
    let subject = DeclaredSubject {
        id: Id::generate(call.now, &*call.admin.entropy),
        organization,
        machine: true,
        identifiers: subjects::identifiers("/name", &name, &profile)?,
        username: name,
        profile,
        password_hash: None,
        disabled_at: None,
    };
    let detail = json!({ "name": subject.username });
    let made = subjects::create(&call, Kind::Machine, subject, detail).await?;
    let path = format!("/machines/{}", made.value.id);
    Ok(Reply::stored(made, view).at(path))
}
