//! CIBA §11: the person said no.

use crate::fault::{Expected, Fault, Reply, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-access-denied",
    does: "the request for the tokens is answered with `access_denied`",
    attack: "none: a client that goes on asking never ends",
    client: Expected::Reject,
    seams: &[Seam::Reply(|scene| {
        scene
            .is_grant(GRANT)
            .then(|| Reply::error(400, "access_denied"))
    })],
};

const GRANT: &str = "urn:openid:params:grant-type:ciba";
