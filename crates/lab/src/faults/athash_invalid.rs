//! OIDC Core §3.2.2.9: the hash of the access token in the ID token of the front channel.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-athash",
    does: "`at_hash` of the ID token has a 1 at its end",
    attack: "another access token, of somebody else, is put beside the ID token",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| token.append("at_hash", "1"))],
};
