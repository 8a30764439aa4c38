//! Faults that are on, and what was asked.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Answer, Call, Problem};
use crate::{
    capture::Wanted,
    faults::{self, FAULTS},
    selection::{Next, Selection},
    world::lock,
};

/// The longest that a call waits.
const LONGEST_WAIT: f64 = 25.0;

pub(super) fn faults(call: &Call<'_>) -> Value {
    let all: Vec<_> = FAULTS
        .iter()
        .map(|fault| {
            json!({
                "name": fault.name,
                "does": fault.does,
                "attack": fault.attack,
                "client": fault.client.as_str(),
                "issuer": format!("{}/test/{}", call.lab.issuer, fault.name),
            })
        })
        .collect();
    json!({ "faults": all, "on": *lock(&call.lab.selection) })
}

pub(super) fn client_faults(call: &Call<'_>) -> Answer {
    let names = known(call.json()?)?;
    lock(&call.lab.selection)
        .clients
        .insert(call.name.clone(), names);
    Ok(json!({}))
}

pub(super) fn person_faults(call: &Call<'_>) -> Answer {
    let names = known(call.json()?)?;
    lock(&call.lab.selection)
        .people
        .insert(call.name.clone(), names);
    Ok(json!({}))
}

pub(super) fn next_faults(call: &Call<'_>) -> Answer {
    let mut next: Next = call.json()?;
    next.faults = known(next.faults)?;
    lock(&call.lab.selection).next.push(next);
    Ok(json!({}))
}

pub(super) fn no_faults(call: &Call<'_>) -> Value {
    *lock(&call.lab.selection) = Selection::default();
    json!({})
}

pub(super) async fn list(call: &Call<'_>) -> Answer {
    let number = |name: &str| call.query.get(name).and_then(|text| text.parse().ok());
    let wait: f64 = number("wait").unwrap_or_default();
    let wait = if wait.is_finite() {
        wait.clamp(0.0, LONGEST_WAIT)
    } else {
        0.0
    };
    let count = number("count").unwrap_or(1.0).clamp(0.0, 1_000.0);
    let wanted = Wanted {
        endpoint: call.query.get("endpoint").cloned(),
        client: call.query.get("client").cloned(),
        after: call
            .query
            .get("after")
            .and_then(|text| text.parse().ok())
            .unwrap_or_default(),
    };
    let patience = Duration::from_secs_f64(wait);
    // Never negative, and never above a thousand.
    let captured = call
        .lab
        .captures
        .wait(&wanted, count as usize, patience)
        .await;
    Ok(json!({ "requests": captured }))
}

pub(super) fn forget(call: &Call<'_>) -> Value {
    call.lab.captures.forget();
    json!({})
}

fn known(names: Vec<String>) -> Result<Vec<String>, Problem> {
    faults::find_all(names.iter().map(String::as_str))
        .map_err(|name| Problem::Input(format!("there is no fault {name}")))?;
    Ok(names)
}
