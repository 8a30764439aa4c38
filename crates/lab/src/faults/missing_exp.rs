//! OIDC Core §2: `exp` is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-missing-exp",
    does: "the ID token does not say when it expires",
    attack: "a token that leaked once is good for ever",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| {
        token.claims.remove("exp");
    })],
};
