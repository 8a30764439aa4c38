//! RFC 8725 §3.2: whoever accepts it accepts what anybody wrote.

use crate::{
    fault::{Expected, Fault, Seam},
    token::Signature,
};

pub(super) const FAULT: Fault = Fault {
    name: "idtoken-sig-none",
    does: "the ID token is not signed, and its `alg` is none",
    attack: "anybody writes ID tokens",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Signature(|token, _| {
        token.header.insert("alg".to_owned(), "none".into());
        token.header.remove("kid");
        token.signature = Signature::None;
    })],
};
