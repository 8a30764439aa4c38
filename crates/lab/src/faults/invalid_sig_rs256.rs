//! OIDC Core §3.1.3.7 rule 6. A client that trusts the connection to the token endpoint may skip the
//! check, and goes on.

use crate::{
    fault::{Expected, Fault, Seam},
    token::Signature,
};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-sig-rs256",
    does: "the last byte of the signature of the ID token is another one",
    attack: "anybody writes ID tokens",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Signature(|token, _| {
        token.signature = Signature::Broken
    })],
};
