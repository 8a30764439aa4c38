//! RFC 6750 §2.1: every provider has to take it there.

use crate::{
    exchange::Endpoint,
    fault::{Expected, Fault, Reply, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "userinfo-bearer-header",
    does: "userinfo refuses an access token in a form",
    attack: "none: a client that sends it so does not work with every provider",
    client: Expected::Continue,
    seams: &[Seam::Reply(|scene| {
        let here = scene.asked.endpoint == Endpoint::Userinfo;
        let refused = here && scene.asked.token_in_header().is_none();
        refused.then(|| Reply::error(400, "invalid_request"))
    })],
};
