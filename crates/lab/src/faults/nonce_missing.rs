//! OIDC Core §3.1.3.7 rule 11: what was sent has to come back.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-missing-nonce",
    does: "the ID token has no nonce",
    attack: "a token of another sign-in is injected",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| {
        token.claims.remove("nonce");
    })],
};
