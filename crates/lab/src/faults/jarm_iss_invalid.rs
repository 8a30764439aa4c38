//! JARM §2.4 rule 3.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-jarm-with-invalid-iss-fails",
    does: "the issuer of the signed authorization response has a 1 at its end",
    attack: "a code is sent to the wrong provider (mix-up)",
    client: Expected::StopBeforeToken,
    seams: &[Seam::SignedResponse(|token, _| {
        token.append("iss", "1");
    })],
};
