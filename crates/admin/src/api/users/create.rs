//! `POST /admin/v1/users`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use symbolon_core::{id::Id, organization::Organization, subject::Profile};
use symbolon_storage::DeclaredSubject;

use super::{View, password::hashed, view};
use crate::{
    api::subjects::{self, Kind},
    call::Call,
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    schema,
    scopes::Needed,
};

/// A new person.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    username: String,
    /// Where the person is at home, for ever.
    #[schemars(with = "String")]
    organization: Id<Organization>,
    /// The standard claims. A verified e-mail address is a name to sign in with.
    #[serde(default)]
    #[schemars(schema_with = "schema::profile")]
    profile: Profile,
    /// To sign in with; without one nobody can.
    #[schemars(extend("writeOnly" = true))]
    password: Option<String>,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/users",
        Some(Needed::UsersWrite),
        "create_user",
        create,
    )
    .about("Add a person", "The person has no roles: these are grants.")
    .tagged()
}

async fn create(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<View>, Problem> {
    let Json(new) = new;
    // Before the work of hashing.
    subjects::owner(&call, &new.organization, Needed::UsersWrite).await?;
    let identifiers = subjects::identifiers("/username", &new.username, &new.profile)?;
    let password_hash = match &new.password {
        None => None,
        Some(text) => Some(hashed(&call, text, &new.username, &new.profile).await?),
    };
    let subject = DeclaredSubject {
        id: Id::generate(call.now, &*call.admin.entropy),
        organization: new.organization,
        machine: false,
        username: new.username,
        identifiers,
        profile: new.profile,
        password_hash,
        disabled_at: None,
    };
    let detail = json!({ "name": subject.username });
    let made = subjects::create(&call, Kind::Person, subject, detail).await?;
    let path = format!("/users/{}", made.value.id);
    Ok(Reply::stored(made, view).at(path))
}
