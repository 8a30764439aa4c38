//! `PUT /admin/v1/users/{user}/password`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use symbolon_core::{password::Password, subject::Profile};
use symbolon_storage::DeclaredSubject;

use crate::{
    api::subjects::{self, Kind},
    call::Call,
    input::{Json, NoQuery},
    operation::{Nothing, Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// A new password.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    /// At least 15 characters, and not one that others would try first.
    #[schemars(extend("writeOnly" = true))]
    password: String,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::PUT,
        "/users/{user}/password",
        Some(Needed::UsersWrite),
        "set_password",
        set,
    )
    .about(
        "Set the password of a person",
        "Ends all sessions. It takes all that the person holds: whoever sets a password can sign in \
         with it.",
    )
    .conditional()
}

async fn set(call: Call, _: NoQuery, new: Json<New>) -> Result<Reply<Nothing>, Problem> {
    let before = subjects::found(&call, Kind::Person, Needed::UsersWrite).await?;
    subjects::holds(&call, &before.value.id).await?;
    let (name, profile) = (&before.value.username, &before.value.profile);
    let subject = DeclaredSubject {
        password_hash: Some(hashed(&call, &new.0.password, name, profile).await?),
        ..before.value.clone()
    };
    let disabled = before.value.disabled_at.is_some();
    let detail = json!({});
    subjects::update(&call, Kind::Person, before, subject, disabled, detail).await?;
    Ok(Reply::of(Nothing))
}

/// The hash of a password that was chosen for somebody.
pub(super) async fn hashed(
    call: &Call,
    text: &str,
    username: &str,
    profile: &Profile,
) -> Result<String, Problem> {
    let password = chosen(text, username, profile)?;
    Ok(call.admin.passwords.hash(password).await?)
}

/// A password that was chosen for somebody, if it is a good one.
pub(crate) fn chosen(text: &str, username: &str, profile: &Profile) -> Result<Password, Problem> {
    let context = [
        Some(username),
        profile.name.as_deref(),
        profile.email.as_deref(),
    ];
    let context: Vec<_> = context.into_iter().flatten().collect();
    Password::chosen(text, &context).map_err(|error| Problem::member("/password", error))
}
