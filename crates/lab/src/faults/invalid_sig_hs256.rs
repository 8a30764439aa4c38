//! RFC 7518 §3.2; OIDC Core §10.1: the secret of the client is the key. The metadata say that only
//! HS256 signs.

use serde_json::json;

use crate::{
    fault::{Expected, Fault, Seam},
    token::Signature,
};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-sig-hs256",
    does: "the ID token is signed with HS256, under a secret that is not the client's",
    attack: "anybody writes ID tokens",
    client: Expected::StopBeforeUserinfo,
    seams: &[
        Seam::Signature(|token, scene| {
            token.header.insert("alg".to_owned(), "HS256".into());
            token.header.remove("kid");
            token.signature = Signature::Hmac(scene.random::<32>().to_vec());
        }),
        Seam::Discovery(|metadata, _| {
            metadata.insert(
                "id_token_signing_alg_values_supported".to_owned(),
                json!(["HS256"]),
            );
        }),
    ],
};
