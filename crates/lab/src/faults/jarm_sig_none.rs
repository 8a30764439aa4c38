//! JARM §2.4 rule 6: never `none`.

use crate::{
    fault::{Expected, Fault, Seam},
    token::Signature,
};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-jarm-signature-is-not-none",
    does: "the authorization response is not signed, and its `alg` is none",
    attack: "anybody answers in the name of the provider",
    client: Expected::StopBeforeToken,
    seams: &[Seam::SignedResponse(|token, _| {
        token.header.insert("alg".to_owned(), "none".into());
        token.header.remove("kid");
        token.signature = Signature::None;
    })],
};
