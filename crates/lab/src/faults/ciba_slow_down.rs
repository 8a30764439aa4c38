//! CIBA §11: five seconds more between two requests from then on.

use crate::fault::{Expected, Fault, Reply, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "slow-down",
    does: "the first request for the tokens is answered with `slow_down`",
    attack: "none: a client that takes it for the end signs nobody in",
    client: Expected::Retry,
    seams: &[Seam::Reply(|scene| {
        let id = scene
            .asked
            .parameter("auth_req_id")
            .filter(|_| scene.is_grant(GRANT))?;
        let first = scene.world.note(&format!("slow-down {id}"), "").is_none();
        first.then(|| Reply::error(400, "slow_down"))
    })],
};

const GRANT: &str = "urn:openid:params:grant-type:ciba";
