//! RFC 7518 §3.4. The metadata say that only ES256 signs.

use serde_json::json;
use symbolon_core::algorithm::Algorithm;

use crate::{
    fault::{Expected, Fault, Seam},
    token::Signature,
};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-sig-es256",
    does: "the ID token is signed with ES256, and the last byte of the signature is another one",
    attack: "anybody writes ID tokens",
    client: Expected::StopBeforeUserinfo,
    seams: &[
        Seam::Signature(|token, scene| {
            if let Some(key) = scene.world.own_key(Algorithm::ES256) {
                token.sign_with(key);
            }
            token.signature = Signature::Broken;
        }),
        Seam::Discovery(|metadata, _| {
            metadata.insert(
                "id_token_signing_alg_values_supported".to_owned(),
                json!(["ES256"]),
            );
        }),
    ],
};
