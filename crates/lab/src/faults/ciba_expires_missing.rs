//! CIBA §7.3: it is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-missing-expiresin",
    does: "the answer to a request in the back channel has no `expires_in`",
    attack: "none: the client would ask for ever",
    client: Expected::StopBeforeToken,
    seams: &[Seam::Backchannel(|answer, _| {
        answer.remove("expires_in");
    })],
};
