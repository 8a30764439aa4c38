//! CIBA §13.

use crate::{
    exchange::Endpoint,
    fault::{Expected, Fault, Reply, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-unknown-user-id",
    does: "a request in the back channel is answered with `unknown_user_id`",
    attack: "none: a client that does not look for errors asks with nothing",
    client: Expected::StopBeforeToken,
    seams: &[Seam::Reply(|scene| {
        let here = scene.asked.endpoint == Endpoint::Backchannel;
        here.then(|| Reply::error(400, "unknown_user_id"))
    })],
};
