//! RFC 7517 §4.5: keys of one set should have different ones.

use symbolon_core::algorithm::Algorithm;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "kid-collision",
    does: "somebody else's key stands before the right one in the key set, with the same `kid`",
    attack: "none: a client that takes the first key it finds signs nobody in",
    client: Expected::Either,
    seams: &[Seam::KeySet(|keys, scene| {
        let own = keys.iter().find(|key| key["alg"] == "RS256");
        let kid = own.map(|key| key["kid"].clone()).unwrap_or_default();
        if let Some(other) = scene.foreign_key(Algorithm::RS256) {
            let mut other = other.public_jwk();
            other["kid"] = kid;
            keys.insert(0, other);
        }
    })],
};
