//! OIDC Core §3.1.3.7 rule 7: the algorithm is the one that the client is registered for.

use symbolon_core::algorithm::Algorithm;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-alternate-alg",
    does: "another algorithm than the registered one signs the ID token: ES256, or PS256 where that is registered; the key is published",
    attack: "a weaker algorithm, or one with a flaw, is chosen for the client",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Signature(|token, scene| {
        let other = match token.key.algorithm {
            Algorithm::ES256 => Algorithm::PS256,
            _ => Algorithm::ES256,
        };
        if let Some(key) = scene.world.own_key(other) {
            token.sign_with(key);
        }
    })],
};
