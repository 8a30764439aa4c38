//! OIDC Core §10.2; FAPI 1.0 Advanced. Without a key of the client the lab takes one that nobody
//! has.

use crate::{
    encrypt::{KeyWay, nested},
    fault::{Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "encrypted-idtoken",
    does: "the ID token is encrypted with RSA-OAEP and A256GCM, for the RSA key of the client's `jwks`",
    attack: "none: a client without such a key cannot read it, and has to say so",
    client: Expected::Either,
    seams: &[Seam::Envelope(|token, scene| {
        let recipient = scene.recipient()?;
        nested(token, KeyWay::Oaep, &recipient, &scene.random()).ok()
    })],
};
