//! The code is that of the certification module; CIBA §13 has none for it.

use crate::{
    exchange::Endpoint,
    fault::{Expected, Fault, Reply, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-expired-id-token-hint",
    does: "a request in the back channel is answered with `expired_id_token_hint`",
    attack: "none: a client that does not look for errors asks with nothing",
    client: Expected::StopBeforeToken,
    seams: &[Seam::Reply(|scene| {
        let here = scene.asked.endpoint == Endpoint::Backchannel;
        here.then(|| Reply::error(400, "expired_id_token_hint"))
    })],
};
