//! CIBA §7.3: it is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-missing-authreqid",
    does: "the answer to a request in the back channel has no `auth_req_id`",
    attack: "none: there is nothing to ask with",
    client: Expected::StopBeforeToken,
    seams: &[Seam::Backchannel(|answer, _| {
        answer.remove("auth_req_id");
    })],
};
