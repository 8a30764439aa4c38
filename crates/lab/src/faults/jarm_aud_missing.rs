//! JARM §2.4 rule 4.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-jarm-without-aud-fails",
    does: "the signed authorization response has no audience",
    attack: "the answer to another client is carried to this one",
    client: Expected::StopBeforeToken,
    seams: &[Seam::SignedResponse(|token, _| {
        token.claims.remove("aud");
    })],
};
