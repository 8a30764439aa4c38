//! OIDC Core §5.3.4: the signature is validated.

use symbolon_core::algorithm::Algorithm;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "userinfo-signed-by-wrong-key",
    does: "the answer of userinfo is a JWT that somebody else's key signed, under the `kid` of the provider's",
    attack: "whoever stands between writes the claims",
    client: Expected::Reject,
    seams: &[Seam::UserinfoToken(|token, scene| {
        if let Some(other) = scene.foreign_key(Algorithm::RS256) {
            token.key = other;
        }
    })],
};
