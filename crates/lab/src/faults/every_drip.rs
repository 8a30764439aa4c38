//! A deadline that begins anew with every byte is none.

use std::time::Duration;

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

/// At the metadata.
pub(super) const DISCOVERY: Fault = Fault {
    name: "discovery-drip",
    does: "the metadata come in sixteen parts, with half a second before each",
    attack: "who answers holds the connections of the client, one by one, for as long as they want",
    client: Expected::Either,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Discovery).then_some(HOW)
    })],
};

/// At the keys.
pub(super) const KEYS: Fault = Fault {
    name: "keys-drip",
    does: "the keys come in sixteen parts, with half a second before each",
    attack: "who answers holds the connections of the client, one by one, for as long as they want",
    client: Expected::Either,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Keys).then_some(HOW)
    })],
};

/// At the token endpoint.
pub(super) const TOKEN: Fault = Fault {
    name: "token-endpoint-drip",
    does: "the token response comes in sixteen parts, with half a second before each",
    attack: "who answers holds the connections of the client, one by one, for as long as they want",
    client: Expected::Either,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Token).then_some(HOW)
    })],
};

/// At userinfo.
pub(super) const USERINFO: Fault = Fault {
    name: "userinfo-drip",
    does: "the answer of userinfo comes in sixteen parts, with half a second before each",
    attack: "who answers holds the connections of the client, one by one, for as long as they want",
    client: Expected::Either,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Userinfo).then_some(HOW)
    })],
};

const HOW: Disturbance = Disturbance::Drip(16, Duration::from_millis(500));
