//! RFC 8725 §3.2, FAPI 1.0 Advanced §8.6.1: never RSA1_5. Without a key of the client the lab takes
//! one that nobody has.

use crate::{
    encrypt::{KeyWay, nested},
    fault::{Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "encrypted-idtoken-usingrsa15",
    does: "the ID token is encrypted with RSA1_5 and A256GCM, for the RSA key of the client's `jwks`",
    attack: "what was encrypted is read with the client as the oracle (Bleichenbacher)",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Envelope(|token, scene| {
        let recipient = scene.recipient()?;
        nested(token, KeyWay::Rsa15, &recipient, &scene.random()).ok()
    })],
};
