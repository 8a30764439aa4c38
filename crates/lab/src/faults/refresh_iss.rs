//! OIDC Core §12.2: the same issuer as in the first ID token.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "refresh-token-invalid-issuer",
    does: "the issuer of an ID token that comes with a refresh has a 1 at its end",
    attack: "another provider takes a session over",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, scene| {
        if scene.is_grant("refresh_token") {
            token.append("iss", "1");
        }
    })],
};
