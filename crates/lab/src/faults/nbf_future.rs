//! RFC 7519 §4.1.5: who understands `nbf` must not accept it earlier.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "nbf-in-future",
    does: "the ID token is not to be accepted before an hour has passed",
    attack: "tokens made in advance are used before their time",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, scene| {
        token
            .claims
            .insert("nbf".to_owned(), (scene.now() + 3_600).into());
    })],
};
