//! A request that was obeyed and whose answer is lost: a second try finds out.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

/// At the metadata.
pub(super) const DISCOVERY: Fault = Fault {
    name: "discovery-cut",
    does: "the connection ends in the middle of the metadata",
    attack: "none: half a document that is read as a whole says something else",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Discovery).then_some(HOW)
    })],
};

/// At the keys.
pub(super) const KEYS: Fault = Fault {
    name: "keys-cut",
    does: "the connection ends in the middle of the keys",
    attack: "none: half a document that is read as a whole says something else",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Keys).then_some(HOW)
    })],
};

/// At userinfo.
pub(super) const USERINFO: Fault = Fault {
    name: "userinfo-cut",
    does: "the connection ends in the middle of the answer of userinfo",
    attack: "none: half a document that is read as a whole says something else",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Userinfo).then_some(HOW)
    })],
};

const HOW: Disturbance = Disturbance::Cut;
