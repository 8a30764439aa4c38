//! RFC 6749 §5.1: `expires_in` is recommended, not required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "token-endpoint-response-without-expires_in",
    does: "the token response does not say for how long",
    attack: "none: a client that needs it does not work with providers that leave it out",
    client: Expected::Continue,
    seams: &[Seam::TokenResponse(|answer, _| {
        drop(answer.remove("expires_in"))
    })],
};
