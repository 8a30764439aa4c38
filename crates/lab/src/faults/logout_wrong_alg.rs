//! Back-Channel Logout §2.6 rule 2: the client answers 400.

use symbolon_core::algorithm::Algorithm;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "rp-backchannel-rpinitlogout-wrong-alg",
    does: "another algorithm than the registered one signs the logout token: ES256, or PS256 where that is registered",
    attack: "anybody signs people out, or a token that was made for something else does",
    client: Expected::Reject,
    seams: &[Seam::LogoutToken(|token, scene| {
        let other = match token.key.algorithm {
            Algorithm::ES256 => Algorithm::PS256,
            _ => Algorithm::ES256,
        };
        if let Some(key) = scene.world.own_key(other) {
            token.sign_with(key);
        }
    })],
};
