//! Nothing says how long a document may be; whoever reads has to.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

/// At the metadata.
pub(super) const DISCOVERY: Fault = Fault {
    name: "discovery-huge",
    does: "the metadata are followed by 32 MiB of white space",
    attack: "who answers fills the memory of the client",
    client: Expected::StopBeforeAuthorization,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Discovery).then_some(HOW)
    })],
};

/// At the keys.
pub(super) const KEYS: Fault = Fault {
    name: "keys-huge",
    does: "the keys are followed by 32 MiB of white space",
    attack: "who answers fills the memory of the client",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Keys).then_some(HOW)
    })],
};

/// At the token endpoint.
pub(super) const TOKEN: Fault = Fault {
    name: "token-endpoint-huge",
    does: "the token response is followed by 32 MiB of white space",
    attack: "who answers fills the memory of the client",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Token).then_some(HOW)
    })],
};

/// At userinfo.
pub(super) const USERINFO: Fault = Fault {
    name: "userinfo-huge",
    does: "the answer of userinfo is followed by 32 MiB of white space",
    attack: "who answers fills the memory of the client",
    client: Expected::Reject,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Userinfo).then_some(HOW)
    })],
};

const HOW: Disturbance = Disturbance::Huge(32 << 20);
