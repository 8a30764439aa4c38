//! FAPI 1.0 Advanced §5.2.2.1: the hash of the state in the ID token of the front channel.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-shash",
    does: "`s_hash` of the ID token has a 1 at its end",
    attack: "the state, and with it the session, is exchanged",
    client: Expected::StopBeforeToken,
    seams: &[Seam::IdToken(|token, _| token.append("s_hash", "1"))],
};
