//! What is registered of a client that asks for people in the back channel (CIBA §4).

use crate::words::words;

words! {
    /// How a client learns that somebody decided. Left out: `push`, whose tokens would go to an
    /// address.
    DeliveryMode {
        /// It asks until somebody has.
        Poll = "poll",
        /// It is told, and then asks.
        Ping = "ping",
    }
}
