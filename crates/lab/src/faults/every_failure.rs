//! RFC 9110 §15.6.1.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

/// At the metadata.
pub(super) const DISCOVERY: Fault = Fault {
    name: "discovery-500",
    does: "the metadata do not come: 500",
    attack: "none: a client that takes an error for an answer signs nobody in, or anybody",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Discovery).then_some(HOW)
    })],
};

/// At the keys.
pub(super) const KEYS: Fault = Fault {
    name: "keys-500",
    does: "the keys do not come: 500",
    attack: "none: a client that takes an error for an answer signs nobody in, or anybody",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Keys).then_some(HOW)
    })],
};

/// At the token endpoint.
pub(super) const TOKEN: Fault = Fault {
    name: "token-endpoint-500",
    does: "the token response does not come: 500",
    attack: "none: a client that takes an error for an answer signs nobody in, or anybody",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Token).then_some(HOW)
    })],
};

/// At userinfo.
pub(super) const USERINFO: Fault = Fault {
    name: "userinfo-500",
    does: "the answer of userinfo does not come: 500",
    attack: "none: a client that takes an error for an answer signs nobody in, or anybody",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Userinfo).then_some(HOW)
    })],
};

const HOW: Disturbance =
    Disturbance::Instead(500, None, "application/json", r#"{"error":"server_error"}"#);
