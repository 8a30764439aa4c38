//! RFC 8725 §3.10: addresses that a token brings along are not fetched.

use serde_json::json;
use symbolon_core::algorithm::Algorithm;

use crate::fault::{Expected, Fault, Reply, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "jku-injected",
    does: "somebody else's key signs the ID token, and the header says in `jku` where it is",
    attack: "anybody writes ID tokens, and the client fetches what they want",
    client: Expected::StopBeforeUserinfo,
    seams: &[
        Seam::Signature(|token, scene| {
            let address = format!("{}{PATH}", scene.issuer);
            if let Some(key) = scene.foreign_key(Algorithm::RS256) {
                token.header.insert("jku".to_owned(), address.into());
                token.sign_with(key);
            }
        }),
        Seam::Reply(|scene| {
            let key = scene.foreign_key(Algorithm::RS256)?;
            let keys = json!({ "keys": [key.public_jwk()] });
            (scene.asked.path == PATH).then(|| Reply::json(200, &keys))
        }),
    ],
};

/// Where the key is.
const PATH: &str = "/lab-foreign-keys";
