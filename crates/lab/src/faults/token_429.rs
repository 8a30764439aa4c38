//! RFC 6585 §4.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "token-endpoint-429",
    does: "the token endpoint answers 429 with `Retry-After: 2`",
    attack: "none: a client that asks again at once makes it worse",
    client: Expected::Retry,
    seams: &[Seam::Transport(|endpoint| {
        let later = Some(("retry-after", "2"));
        let body = r#"{"error":"temporarily_unavailable"}"#;
        let answer = Disturbance::Instead(429, later, "application/json", body);
        (endpoint == Endpoint::Token).then_some(answer)
    })],
};
