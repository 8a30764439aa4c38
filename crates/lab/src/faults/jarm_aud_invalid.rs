//! JARM §2.4 rule 4.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-jarm-with-invalid-aud-fails",
    does: "the audience of the signed authorization response is the client with a 1 at its end",
    attack: "the answer to another client is carried to this one",
    client: Expected::StopBeforeToken,
    seams: &[Seam::SignedResponse(|token, _| {
        token.append("aud", "1");
    })],
};
