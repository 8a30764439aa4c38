//! OIDC Core §5.6.2.

use serde_json::json;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "aggregated-claims",
    does: "userinfo has a claim (`credit_score`) in a JWT beside its own (`_claim_names`, `_claim_sources`)",
    attack: "none: a client that reads it checks the signature of the source",
    client: Expected::Continue,
    seams: &[Seam::Userinfo(|claims, scene| {
        let token = scene.signed_claims(json!({ "credit_score": 650 }));
        claims.insert("_claim_names".to_owned(), json!({ "credit_score": "src1" }));
        claims.insert(
            "_claim_sources".to_owned(),
            json!({ "src1": { "JWT": token } }),
        );
    })],
};
