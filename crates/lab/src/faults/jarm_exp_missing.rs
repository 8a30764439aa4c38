//! JARM §2.1: `exp` is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-jarm-without-exp-fails",
    does: "the signed authorization response does not say when it expires",
    attack: "an old answer is carried again",
    client: Expected::StopBeforeToken,
    seams: &[Seam::SignedResponse(|token, _| {
        token.claims.remove("exp");
    })],
};
