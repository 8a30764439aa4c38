//! A client waits some seconds, and not for ever.

use std::time::Duration;

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "discovery-slow",
    does: "the metadata come after three seconds",
    attack: "none: a client that gives up at once signs nobody in on a bad day",
    client: Expected::Continue,
    seams: &[Seam::Transport(|endpoint| {
        let later = Disturbance::Delay(Duration::from_secs(3));
        (endpoint == Endpoint::Discovery).then_some(later)
    })],
};
