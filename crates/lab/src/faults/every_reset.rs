//! A connection that breaks says nothing about whether the request was obeyed.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

/// At the metadata.
pub(super) const DISCOVERY: Fault = Fault {
    name: "discovery-reset",
    does: "the connection ends before the metadata",
    attack: "none: a client that waits for ever, or takes silence for consent, hangs or errs",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Discovery).then_some(HOW)
    })],
};

/// At the keys.
pub(super) const KEYS: Fault = Fault {
    name: "keys-reset",
    does: "the connection ends before the keys",
    attack: "none: a client that waits for ever, or takes silence for consent, hangs or errs",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Keys).then_some(HOW)
    })],
};

/// At the token endpoint.
pub(super) const TOKEN: Fault = Fault {
    name: "token-endpoint-reset",
    does: "the connection ends before the token response",
    attack: "none: a client that waits for ever, or takes silence for consent, hangs or errs",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Token).then_some(HOW)
    })],
};

/// At userinfo.
pub(super) const USERINFO: Fault = Fault {
    name: "userinfo-reset",
    does: "the connection ends before the answer of userinfo",
    attack: "none: a client that waits for ever, or takes silence for consent, hangs or errs",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Userinfo).then_some(HOW)
    })],
};

const HOW: Disturbance = Disturbance::Reset;
