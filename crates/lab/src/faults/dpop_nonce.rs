//! RFC 9449 §8, §9: the same request once more, with the nonce.

use crate::{
    exchange::Endpoint,
    fault::{Expected, Fault, Reply, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "use-dpop-nonce",
    does: "a DPoP proof without the nonce of the lab is answered with `use_dpop_nonce`, at the token endpoint and at userinfo",
    attack: "proofs that were made in advance are used later",
    client: Expected::Continue,
    seams: &[Seam::Reply(|scene| {
        let reply = match scene.asked.endpoint {
            Endpoint::Token => Reply::error(400, "use_dpop_nonce"),
            Endpoint::Userinfo => Reply::challenge(r#"DPoP error="use_dpop_nonce""#),
            _ => return None,
        };
        let lacking = scene.asked.lacks_nonce(NONCE);
        lacking.then(|| reply.with("dpop-nonce", NONCE))
    })],
};

/// What a proof has to carry.
const NONCE: &str = "lab-nonce";
