//! CIBA §11: the client begins anew, if the person wants.

use crate::fault::{Expected, Fault, Reply, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-expired-token",
    does: "the request for the tokens is answered with `expired_token`",
    attack: "none: a client that goes on asking never ends",
    client: Expected::Reject,
    seams: &[Seam::Reply(|scene| {
        scene
            .is_grant(GRANT)
            .then(|| Reply::error(400, "expired_token"))
    })],
};

const GRANT: &str = "urn:openid:params:grant-type:ciba";
