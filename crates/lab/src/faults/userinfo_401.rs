//! RFC 6750 §3.1.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "userinfo-401",
    does: "userinfo answers 401 `invalid_token`",
    attack: "none: the token was revoked; a client signs the person in anew",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        let challenge = Some(("www-authenticate", r#"Bearer error="invalid_token""#));
        let answer = Disturbance::Instead(
            401,
            challenge,
            "application/json",
            r#"{"error":"invalid_token"}"#,
        );
        (endpoint == Endpoint::Userinfo).then_some(answer)
    })],
};
