//! RFC 6585 §4; RFC 9110 §10.2.3.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

/// At the metadata.
pub(super) const DISCOVERY: Fault = Fault {
    name: "discovery-429",
    does: "the metadata do not come: 429 with `Retry-After: 2`",
    attack: "none: a client that asks again at once makes it worse",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Discovery).then_some(HOW)
    })],
};

/// At the keys.
pub(super) const KEYS: Fault = Fault {
    name: "keys-429",
    does: "the keys do not come: 429 with `Retry-After: 2`",
    attack: "none: a client that asks again at once makes it worse",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Keys).then_some(HOW)
    })],
};

/// At userinfo.
pub(super) const USERINFO: Fault = Fault {
    name: "userinfo-429",
    does: "the answer of userinfo does not come: 429 with `Retry-After: 2`",
    attack: "none: a client that asks again at once makes it worse",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Userinfo).then_some(HOW)
    })],
};

const HOW: Disturbance = Disturbance::Instead(
    429,
    Some(("retry-after", "2")),
    "application/json",
    r#"{"error":"temporarily_unavailable"}"#,
);
