//! RFC 6749 §5.1: without `scope` it is what was asked for.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "no-scope-in-token-endpoint-response",
    does: "the token response does not say for which scopes",
    attack: "none: a client that needs it does not work with providers that leave it out",
    client: Expected::Continue,
    seams: &[Seam::TokenResponse(|answer, _| {
        answer.remove("scope");
    })],
};
