//! OIDC Core §3.3.2.10: the hash of the code in the ID token of the front channel.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-chash",
    does: "`c_hash` of the ID token has a 1 at its end",
    attack: "another code, of somebody else, is put beside the ID token",
    client: Expected::StopBeforeToken,
    seams: &[Seam::IdToken(|token, _| token.append("c_hash", "1"))],
};
