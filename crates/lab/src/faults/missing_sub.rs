//! OIDC Core §2: `sub` is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "missing-sub",
    does: "the ID token has no subject",
    attack: "nobody in particular is signed in",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| drop(token.claims.remove("sub")))],
};
