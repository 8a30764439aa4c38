//! `--lenient-clients`: a client that nobody declared is declared when it comes, as it comes.

use serde_json::json;
use symbolon_core::id::Id;
use symbolon_declared::Form;

use crate::{
    exchange::Asked,
    lab::Lab,
    world::{LabError, World},
};

/// Declares who asks, unless it is known, or its name is none.
pub(crate) async fn accept(lab: &Lab, world: &World, asked: &Asked) -> Result<(), LabError> {
    let Some(name) = &asked.client else {
        return Ok(());
    };
    let (Ok(id), Some(redirect_uri)) = (Id::parse(name), asked.parameter("redirect_uri")) else {
        return Ok(());
    };
    if world.storage.client(&id).await?.is_some() {
        return Ok(());
    }
    let form = json!({ "clients": [{
        "client_id": name,
        "client_name": format!("{name} (declared by nobody)"),
        "token_endpoint_auth_methods": ["none"],
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": [redirect_uri],
        "consent": "implicit",
    }] });
    match Form::parse(&form.to_string()).map_err(LabError::from) {
        Ok(form) => world.declare(&lab.ground, form).await,
        Err(error) => Err(error),
    }
}
