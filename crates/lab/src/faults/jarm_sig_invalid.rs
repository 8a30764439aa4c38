//! JARM §2.4 rule 6.

use crate::{
    fault::{Expected, Fault, Seam},
    token::Signature,
};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-jarm-with-invalid-sig-fails",
    does: "the last byte of the signature of the authorization response is another one",
    attack: "anybody answers in the name of the provider",
    client: Expected::StopBeforeToken,
    seams: &[Seam::SignedResponse(|token, _| {
        token.signature = Signature::Broken;
    })],
};
