//! OIDC Core §3.1.3.7 rule 5.

use serde_json::Value;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "azp-invalid",
    does: "the ID token was made for another authorized party: `azp` is the client with a 1 at its end",
    attack: "a token that another client obtained is replayed to this one",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| {
        let client = token
            .claims
            .get("aud")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let other = format!("{client}1");
        token.claims.insert("azp".to_owned(), other.into());
    })],
};
