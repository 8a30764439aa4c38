//! JARM §2.4 rule 3.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-jarm-without-iss-fails",
    does: "the signed authorization response has no issuer",
    attack: "a code is sent to the wrong provider (mix-up)",
    client: Expected::StopBeforeToken,
    seams: &[Seam::SignedResponse(|token, _| {
        token.claims.remove("iss");
    })],
};
