//! CIBA §11: so is answered who asks too often, and it ends there.

use crate::fault::{Expected, Fault, Reply, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-request",
    does: "the request for the tokens is answered with `invalid_request`",
    attack: "none: a client that goes on asking never ends",
    client: Expected::Reject,
    seams: &[Seam::Reply(|scene| {
        scene
            .is_grant(GRANT)
            .then(|| Reply::error(400, "invalid_request"))
    })],
};

const GRANT: &str = "urn:openid:params:grant-type:ciba";
