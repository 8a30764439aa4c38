//! OIDC Core §10.1.1: an unknown `kid` means to fetch the keys again.

use std::sync::Arc;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "signing-key-rotation-just-before-signing",
    does: "a key that nobody has seen signs the ID token, and is the only one that is published from then on",
    attack: "none: a client that keeps keys for ever stops working at the next rotation",
    client: Expected::Continue,
    seams: &[Seam::Signature(|token, scene| {
        if let Some(key) = scene.stray_key(token.key.algorithm) {
            token.sign_with(Arc::clone(&key));
            scene.world.replace_keys(scene.issuer, key);
        }
    })],
};
