//! `POST /admin/v1/keys/rotate`

use http::Method;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use symbolon_core::keys::{self, KeyRecord};
use symbolon_storage::{Act, Administered};

use super::{View, view};
use crate::{
    call::{Call, Page, Record, settled},
    input::{Json, NoQuery},
    operation::{Operation, Reply},
    problem::Problem,
    scopes::Needed,
};

/// How to rotate.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct How {
    /// Sign with the new keys at once: for when a key has leaked. Applications that keep the key set
    /// for long may refuse tokens until they fetch it again.
    #[serde(default)]
    at_once: bool,
}

pub(super) fn operation() -> Operation {
    Operation::new(
        Method::POST,
        "/keys/rotate",
        Some(Needed::KeysWrite),
        "rotate_keys",
        rotate,
    )
    .about(
        "Make a successor of every signing key",
        "It is published at once, and signs after `keys.publish_before_use`. Answers the keys that \
         were made: none for an algorithm whose successor waits already.",
    )
}

async fn rotate(call: Call, _: NoQuery, how: Json<How>) -> Result<Reply<Page<View>>, Problem> {
    call.guard.check(None, Needed::KeysWrite)?;
    let at_once = how.0.at_once;
    let settings = &call.admin.settings.keys;
    let stored = call.admin.storage.signing_keys().await?;
    let mut all: Vec<KeyRecord> = stored.into_iter().map(|key| key.record).collect();
    let from = if at_once {
        call.now
    } else {
        call.now.plus(settings.publish_before_use)
    };
    let plans = keys::rotation(&all, settings, from, call.now);
    let made = call.admin.keys.make(&plans, call.now).await;
    let made = made.map_err(|error| {
        tracing::error!(%error, "signing keys could not be made");
        Problem::failed()
    })?;
    let records: Vec<KeyRecord> = made.iter().map(|key| key.record.clone()).collect();
    let record = Record {
        action: "keys.rotate",
        object: "keys".to_owned(),
        organization: None,
        detail: json!({
            "at_once": at_once,
            "made": records.iter().map(|key| key.id.as_str()).collect::<Vec<_>>(),
        }),
    };
    if !made.is_empty() {
        match call.try_act(&Act::CreateKeys(made), record, None).await? {
            Administered::Taken => {
                return Err(Problem::conflict(
                    "another instance is rotating at this moment: look at the keys",
                ));
            }
            outcome => settled(outcome)?,
        }
    }
    all.extend(records.iter().cloned());
    let view = |key| view(key, &all, settings, call.now);
    let page = Page {
        items: records.iter().map(view).collect(),
        next: None,
    };
    Ok(Reply::of(page))
}
