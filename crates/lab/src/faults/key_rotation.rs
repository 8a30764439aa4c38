//! OIDC Core §10.1.1: the keys of the first sign-in are not those of the second.

use std::sync::Arc;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "signing-key-rotation",
    does: "from the second ID token on a new key signs, which is the only one that is published",
    attack: "none: a client that keeps keys for ever stops working at the next rotation",
    client: Expected::Continue,
    seams: &[Seam::Signature(|token, scene| {
        let name = format!("signing-key-rotation {}", scene.issuer);
        let Some(noted) = scene.world.note(&name, "seen") else {
            return;
        };
        let known = scene.world.key(&noted);
        let key = known.or_else(|| scene.stray_key(token.key.algorithm));
        if let Some(key) = key {
            scene.world.note(&name, &key.kid);
            token.sign_with(Arc::clone(&key));
            scene.world.replace_keys(scene.issuer, key);
        }
    })],
};
