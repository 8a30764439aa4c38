//! Gateways and captive portals do so.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

/// At the metadata.
pub(super) const DISCOVERY: Fault = Fault {
    name: "discovery-html",
    does: "a page of HTML comes in place of the metadata, with status 200",
    attack: "none: a client that reads only the status takes a page for an answer",
    client: Expected::StopBeforeAuthorization,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Discovery).then_some(HOW)
    })],
};

/// At the token endpoint.
pub(super) const TOKEN: Fault = Fault {
    name: "token-endpoint-html",
    does: "a page of HTML comes in place of the token response, with status 200",
    attack: "none: a client that reads only the status takes a page for an answer",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Token).then_some(HOW)
    })],
};

/// At userinfo.
pub(super) const USERINFO: Fault = Fault {
    name: "userinfo-html",
    does: "a page of HTML comes in place of the answer of userinfo, with status 200",
    attack: "none: a client that reads only the status takes a page for an answer",
    client: Expected::Reject,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Userinfo).then_some(HOW)
    })],
};

const HOW: Disturbance = Disturbance::Instead(200, None, "text/html", PAGE);

const PAGE: &str = "<!doctype html><title>Maintenance</title><h1>Back soon</h1>";
