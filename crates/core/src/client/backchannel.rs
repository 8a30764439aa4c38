//! What is registered of a client that asks for people in the back channel (CIBA §4).

use serde::{Deserialize, Serialize};

/// How a client learns that somebody decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryMode {
    /// It asks until somebody has.
    Poll,
    /// It is told, and then asks.
    Ping,
}

impl DeliveryMode {
    /// Every mode, as it is advertised. Left out: `push`, whose tokens would go to an address.
    pub const ALL: [&str; 2] = ["poll", "ping"];
}
