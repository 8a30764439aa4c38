//! OIDC Core §3.3.2.10: where the code stands beside the ID token, its hash is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "missing-chash",
    does: "the ID token has no `c_hash`",
    attack: "another code, of somebody else, is put beside the ID token",
    client: Expected::StopBeforeToken,
    seams: &[Seam::IdToken(|token, _| {
        token.claims.remove("c_hash");
    })],
};
