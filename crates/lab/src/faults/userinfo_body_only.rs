//! RFC 6750 §2.2: for clients that are to send it in a form.

use crate::{
    exchange::Endpoint,
    fault::{Expected, Fault, Reply, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "userinfo-bearer-body",
    does: "userinfo refuses an access token in the header",
    attack: "none: it finds out whether a client can send it in a form",
    client: Expected::Either,
    seams: &[Seam::Reply(|scene| {
        let here = scene.asked.endpoint == Endpoint::Userinfo;
        let refused = here && scene.asked.parameter("access_token").is_none();
        refused.then(|| Reply::error(400, "invalid_request"))
    })],
};
