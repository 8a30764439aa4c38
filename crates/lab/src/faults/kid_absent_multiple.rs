//! OIDC Core §10.1: `kid` is needed when there are several keys.

use symbolon_core::algorithm::Algorithm;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "kid-absent-multiple-jwks",
    does: "neither the ID token nor the published keys have a `kid`, and two of these are for RS256",
    attack: "none: a client either tries them all or gives up",
    client: Expected::Either,
    seams: &[
        Seam::Signature(|token, _| {
            token.header.remove("kid");
        }),
        Seam::KeySet(|keys, scene| {
            keys.retain(|key| key["alg"] == "RS256");
            keys.truncate(1);
            if let Some(other) = scene.foreign_key(Algorithm::RS256) {
                keys.insert(0, other.public_jwk());
            }
            for key in keys.iter_mut().filter_map(|key| key.as_object_mut()) {
                key.remove("kid");
            }
        }),
    ],
};
