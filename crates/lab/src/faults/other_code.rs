//! RFC 9700 §4.5 (code injection): PKCE and the nonce are what tells. The first authorization on an
//! issuer is as it is, and its code comes again in all later ones.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "code-of-another-session",
    does: "the authorization response has the code of another authorization",
    attack: "somebody is signed in as the person whose code it is",
    client: Expected::Reject,
    seams: &[Seam::AuthorizationResponse(|parameters, scene| {
        let name = format!("code-of-another-session {}", scene.issuer);
        let code = parameters.iter_mut().find(|(name, _)| name == "code");
        let Some((_, code)) = code else { return };
        match scene.world.noted(&name) {
            Some(other) => *code = other,
            None => drop(scene.world.note(&name, code)),
        }
    })],
};
