//! OIDC Core §3.1.3.7 rule 11: without it a token of another sign-in can be injected.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "nonce-invalid",
    does: "the nonce of the ID token has a 1 at its end",
    attack: "a token of another sign-in is injected",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| token.append("nonce", "1"))],
};
