//! OIDC Core §2: `iss` is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-missing-iss",
    does: "the ID token has no issuer",
    attack: "another provider says who signed in",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| drop(token.claims.remove("iss")))],
};
