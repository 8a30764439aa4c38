//! OIDC Core §3.1.3.7 rule 2: a token of another issuer is somebody else's word.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-iss",
    does: "the issuer of the ID token has a 1 at its end",
    attack: "another provider says who signed in",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| token.append("iss", "1"))],
};
