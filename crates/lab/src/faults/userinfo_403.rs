//! RFC 6750 §3.1.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "userinfo-403",
    does: "userinfo answers 403 `insufficient_scope`",
    attack: "none: to ask again helps nobody",
    client: Expected::Reject,
    seams: &[Seam::Transport(|endpoint| {
        let challenge = Some(("www-authenticate", r#"Bearer error="insufficient_scope""#));
        let answer = Disturbance::Instead(
            403,
            challenge,
            "application/json",
            r#"{"error":"insufficient_scope"}"#,
        );
        (endpoint == Endpoint::Userinfo).then_some(answer)
    })],
};
