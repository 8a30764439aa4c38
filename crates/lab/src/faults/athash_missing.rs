//! OIDC Core §3.2.2.9: where the access token stands beside the ID token, its hash is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "missing-athash",
    does: "the ID token has no `at_hash`",
    attack: "another access token, of somebody else, is put beside the ID token",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| {
        token.claims.remove("at_hash");
    })],
};
