//! The code may have been redeemed: a second try finds out.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "token-endpoint-cut",
    does: "the connection ends in the middle of the token response",
    attack: "none: half a document that is read as a whole says something else",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        (endpoint == Endpoint::Token).then_some(Disturbance::Cut)
    })],
};
