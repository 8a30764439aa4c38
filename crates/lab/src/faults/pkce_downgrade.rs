//! RFC 9700 §2.1.1: S256, whatever the metadata say.

use serde_json::json;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "pkce-downgrade",
    does: "the metadata know no other `code_challenge_method` than plain",
    attack: "who reads the authorization request redeems the code",
    client: Expected::Continue,
    seams: &[Seam::Discovery(|metadata, _| {
        metadata.insert(
            "code_challenge_methods_supported".to_owned(),
            json!(["plain"]),
        );
    })],
};
