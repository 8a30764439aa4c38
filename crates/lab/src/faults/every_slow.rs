//! A client waits some seconds, and not for ever.

use std::time::Duration;

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

/// At the keys.
pub(super) const KEYS: Fault = Fault {
    name: "keys-slow",
    does: "the keys come after three seconds",
    attack: "none: a client that gives up at once signs nobody in on a bad day",
    client: Expected::Continue,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Keys).then_some(HOW)
    })],
};

/// At the token endpoint.
pub(super) const TOKEN: Fault = Fault {
    name: "token-endpoint-slow",
    does: "the token response comes after three seconds",
    attack: "none: a client that gives up at once signs nobody in on a bad day",
    client: Expected::Continue,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Token).then_some(HOW)
    })],
};

/// At userinfo.
pub(super) const USERINFO: Fault = Fault {
    name: "userinfo-slow",
    does: "the answer of userinfo comes after three seconds",
    attack: "none: a client that gives up at once signs nobody in on a bad day",
    client: Expected::Continue,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Userinfo).then_some(HOW)
    })],
};

const HOW: Disturbance = Disturbance::Delay(Duration::from_secs(3));
