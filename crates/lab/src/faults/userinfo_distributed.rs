//! OIDC Core §5.6.2: they are fetched with the access token that is given for them, and no other.

use serde_json::json;

use crate::fault::{Expected, Fault, Reply, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "distributed-claims",
    does: "userinfo says where another claim (`credit_score`) is, and with which access token",
    attack: "the access token of the client is sent to whom the claims name",
    client: Expected::Continue,
    seams: &[
        Seam::Userinfo(|claims, scene| {
            let endpoint = format!("{}{PATH}", scene.issuer);
            let source = json!({ "endpoint": endpoint, "access_token": TOKEN });
            claims.insert("_claim_names".to_owned(), json!({ "credit_score": "src1" }));
            claims.insert("_claim_sources".to_owned(), json!({ "src1": source }));
        }),
        Seam::Reply(|scene| {
            if scene.asked.path != PATH {
                return None;
            }
            if scene.asked.token_in_header() != Some(TOKEN) {
                return Some(Reply::error(401, "invalid_token"));
            }
            let token = scene.signed_claims(json!({ "credit_score": 650 }))?;
            Some(Reply {
                status: 200,
                headers: Vec::new(),
                content_type: "application/jwt",
                body: token,
            })
        }),
    ],
};

/// Where the claim is.
const PATH: &str = "/lab-distributed-claims";

/// What it is fetched with.
const TOKEN: &str = "lab-access-token-for-claims";
