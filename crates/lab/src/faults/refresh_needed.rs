//! RFC 6750 §3.1: the client gets a new access token and asks again.

use serde_json::Value;

use crate::{
    exchange::Endpoint,
    fault::{Expected, Fault, Reply, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "refresh-token-test",
    does: "userinfo answers 401 to access tokens that did not come with a refresh",
    attack: "none: a client that does not refresh signs people out",
    client: Expected::Retry,
    seams: &[
        Seam::TokenResponse(|answer, scene| {
            let token = answer.get("access_token").and_then(Value::as_str);
            if let Some(token) = token.filter(|_| scene.is_grant("refresh_token")) {
                scene.world.note(&format!("refreshed {token}"), "");
            }
        }),
        Seam::Reply(|scene| {
            let token = scene.asked.access_token().unwrap_or_default();
            let good = scene.world.noted(&format!("refreshed {token}")).is_some();
            let refused = scene.asked.endpoint == Endpoint::Userinfo && !good;
            let challenge = r#"Bearer error="invalid_token""#;
            refused.then(|| Reply::error(401, "invalid_token").with("www-authenticate", challenge))
        }),
    ],
};
