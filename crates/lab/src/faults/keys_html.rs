//! Gateways and captive portals do so.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "keys-html",
    does: "a page of HTML comes in place of the keys, with status 200",
    attack: "none: a client that reads only the status takes a page for keys",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Transport(|endpoint| {
        let page = "<!doctype html><title>Maintenance</title><h1>Back soon</h1>";
        (endpoint == Endpoint::Keys).then_some(Disturbance::Instead(200, None, "text/html", page))
    })],
};
