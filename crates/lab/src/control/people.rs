//! What is done to a person.

use serde_json::{Map, Value, json};
use symbolon_core::{subject::Identifier, time::Clock};

use super::{Answer, Call, Problem};
use crate::world::lock;

pub(super) fn claims(call: &Call<'_>) -> Answer {
    let claims: Map<String, Value> = call.json()?;
    lock(&call.lab.world().claims).insert(call.name.clone(), claims);
    Ok(json!({}))
}

pub(super) async fn end_sessions(call: &Call<'_>) -> Answer {
    let world = call.lab.world();
    let missing = || Problem::Missing(format!("there is nobody called {}", call.name));
    let identifier = Identifier::parse(&call.name).map_err(|_| missing())?;
    let subject = world.storage.declared_subject(&identifier).await?;
    let subject = subject.ok_or_else(missing)?;
    let now = call.lab.ground.clock.now();
    world.storage.end_sessions_of(&subject.id, now).await?;
    world.forget_issuers().await;
    Ok(json!({}))
}
