//! Signing keys.

mod list;
mod rotate;

use schemars::JsonSchema;
use serde::Serialize;
use symbolon_core::keys::{self, KeyRecord, KeySettings, KeyState};
use symbolon_core::time::Timestamp;

use crate::{moment::Moment, operation::Operation};

pub(crate) fn operations() -> Vec<Operation> {
    vec![list::operation(), rotate::operation()]
}

/// A signing key: what is known of it, not what it is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SigningKey")]
struct View {
    /// The `kid` header.
    id: String,
    algorithm: String,
    /// 1 for the first of an algorithm, one more for each after it.
    generation: u32,
    /// `pending`: published, does not sign yet; `active`: signs; `retiring`: published, does not
    /// sign any more; `retired`: not published any more.
    #[schemars(extend("enum" = ["pending", "active", "retiring", "retired"]))]
    state: &'static str,
    created_at: Moment,
    /// From when it signs.
    activates_at: Moment,
}

fn view(key: &KeyRecord, all: &[KeyRecord], settings: &KeySettings, now: Timestamp) -> View {
    View {
        id: key.id.as_str().to_owned(),
        algorithm: key.algorithm.as_str().to_owned(),
        generation: key.generation,
        state: match keys::state(key, all, settings, now) {
            KeyState::Pending => "pending",
            KeyState::Active => "active",
            KeyState::Retiring => "retiring",
            KeyState::Retired => "retired",
        },
        created_at: Moment(key.created_at),
        activates_at: Moment(key.activates_at),
    }
}
