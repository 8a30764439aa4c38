//! RFC 8725 §3.10: keys that a token brings along are not trusted.

use symbolon_core::algorithm::Algorithm;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "jwk-injected",
    does: "somebody else's key signs the ID token, and stands in its header as `jwk`",
    attack: "anybody writes ID tokens",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Signature(|token, scene| {
        if let Some(key) = scene.foreign_key(Algorithm::RS256) {
            token.header.insert("jwk".to_owned(), key.public_jwk());
            token.sign_with(key);
        }
    })],
};
