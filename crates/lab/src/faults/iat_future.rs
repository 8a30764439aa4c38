//! RFC 7519 §4.1.6; a client that allows for clocks that differ allows for minutes.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "iat-in-future",
    does: "the ID token will be issued in an hour",
    attack: "tokens made in advance outlive the access to the key that made them",
    client: Expected::Either,
    seams: &[Seam::IdToken(|token, scene| {
        token
            .claims
            .insert("iat".to_owned(), (scene.now() + 3_600).into());
    })],
};
