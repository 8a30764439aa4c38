//! RFC 9110 §11.1: the case of a scheme does not matter.

use crate::{
    exchange::Endpoint,
    fault::{Expected, Fault, Reply, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "rs-dpop-auth-scheme-case-insensitivity",
    does: "userinfo demands a nonce of a DPoP proof, and writes the scheme as `dPOp`",
    attack: "none: a client that compares letters does not find the challenge",
    client: Expected::Continue,
    seams: &[Seam::Reply(|scene| {
        let here = scene.asked.endpoint == Endpoint::Userinfo;
        let reply = Reply::challenge(r#"dPOp error="use_dpop_nonce""#);
        let lacking = here && scene.asked.lacks_nonce(NONCE);
        lacking.then(|| reply.with("dpop-nonce", NONCE))
    })],
};

/// What a proof has to carry.
const NONCE: &str = "lab-nonce-of-userinfo";
