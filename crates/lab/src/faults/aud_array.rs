//! OIDC Core §2: `aud` is a text or an array of texts.

use serde_json::json;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "valid-aud-as-array",
    does: "the audience of the ID token is an array of one",
    attack: "none: a client that refuses it does not work with providers that write it so",
    client: Expected::Continue,
    seams: &[Seam::IdToken(|token, _| {
        if let Some(own) = token.claims.remove("aud") {
            token.claims.insert("aud".to_owned(), json!([own]));
        }
    })],
};
