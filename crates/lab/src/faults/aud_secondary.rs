//! OIDC Core §3.1.3.7 rule 3: audiences that the client does not trust are refused.

use serde_json::json;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-secondary-aud",
    does: "the audience of the ID token is the client and one that does not exist, without `azp`",
    attack: "the token was made for somebody else too, who can replay it here",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| {
        if let Some(own) = token.claims.remove("aud") {
            token
                .claims
                .insert("aud".to_owned(), json!([own, "https://other1.example.com"]));
        }
    })],
};
