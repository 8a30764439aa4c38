//! FAPI 1.0 Advanced §5.2.2.1: where the state stands beside the ID token, its hash is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-missing-shash",
    does: "the ID token has no `s_hash`",
    attack: "the state, and with it the session, is exchanged",
    client: Expected::StopBeforeToken,
    seams: &[Seam::IdToken(|token, _| {
        token.claims.remove("s_hash");
    })],
};
