//! OIDC Core §10.1: `kid` is needed when there are several keys.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "kid-absent-single-jwks",
    does: "neither the ID token nor the one published key has a `kid`",
    attack: "none: a client that needs it does not work with providers of one key",
    client: Expected::Continue,
    seams: &[
        Seam::Signature(|token, _| drop(token.header.remove("kid"))),
        Seam::KeySet(|keys, _| {
            keys.retain(|key| key["alg"] == "RS256");
            keys.truncate(1);
            for key in keys.iter_mut().filter_map(|key| key.as_object_mut()) {
                key.remove("kid");
            }
        }),
    ],
};
