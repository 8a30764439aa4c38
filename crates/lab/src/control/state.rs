//! Clock, declared state, snapshots.

use serde::Deserialize;
use serde_json::json;
use symbolon_declared::Form;

use super::{Answer, Call, Problem};
use crate::{clock::Setting, relay, world::LabError};

pub(super) fn clock(call: &Call<'_>) -> serde_json::Value {
    let frozen = matches!(call.lab.ground.clock.setting(), Setting::Frozen(_));
    json!({ "now": call.lab.now(), "frozen": frozen })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewClock {
    now: Option<i64>,
    forward: Option<i64>,
    frozen: Option<bool>,
}

pub(super) async fn set_clock(call: &Call<'_>) -> Answer {
    /// The end of the year 9999: later moments are no dates.
    const LATEST: i64 = 253_402_300_799;
    let wanted: NewClock = call.json()?;
    let clock = &call.lab.ground.clock;
    let now = wanted.now.unwrap_or_else(|| call.lab.now());
    let then = now.checked_add(wanted.forward.unwrap_or_default());
    if !then.is_some_and(|then| (0..=LATEST).contains(&then)) {
        return Err(Problem::Input("that is no time to be".to_owned()));
    }
    if let Some(now) = wanted.now {
        let was_frozen = matches!(clock.setting(), Setting::Frozen(_));
        clock.set(now);
        if was_frozen {
            clock.put(Setting::Frozen(now));
        }
    }
    clock.forward(wanted.forward.unwrap_or_default());
    match wanted.frozen {
        Some(true) => clock.freeze(),
        Some(false) => clock.resume(),
        None => {}
    }
    call.lab.clock_changed().await?;
    Ok(self::clock(call))
}

pub(super) async fn state(call: &Call<'_>) -> Answer {
    let form = relay::exported(&call.lab.world(), false).await?;
    serde_json::to_value(form).map_err(|error| Problem::Input(error.to_string()))
}

pub(super) async fn declare(call: &Call<'_>) -> Answer {
    let text = String::from_utf8_lossy(&call.body);
    let form = Form::parse(&text).map_err(|error| Problem::Input(error.to_string()))?;
    call.lab.world().declare(&call.lab.ground, form).await?;
    Ok(json!({}))
}

pub(super) async fn reset(call: &Call<'_>) -> Answer {
    call.lab.reset().await?;
    Ok(json!({}))
}

pub(super) async fn snapshot(call: &Call<'_>) -> Answer {
    Ok(json!({ "snapshot": call.lab.snapshot().await? }))
}

pub(super) async fn restore(call: &Call<'_>) -> Answer {
    let number = call.name.parse().unwrap_or_default();
    let restored: Result<bool, LabError> = call.lab.restore(number).await;
    if restored? {
        Ok(json!({}))
    } else {
        Err(Problem::Missing("there is no such snapshot".to_owned()))
    }
}
