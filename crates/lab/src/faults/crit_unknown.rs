//! RFC 7515 §4.1.11: what is critical and not understood makes the token invalid.

use serde_json::json;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "crit-unknown",
    does: "the header of the ID token has `crit` with an extension that nobody knows",
    attack: "a rule that the issuer wants obeyed is ignored",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Signature(|token, _| {
        token
            .header
            .insert("crit".to_owned(), json!(["https://lab.example/unknown"]));
        token
            .header
            .insert("https://lab.example/unknown".to_owned(), true.into());
    })],
};
