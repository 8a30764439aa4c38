//! CIBA §10.2: the token is the `client_notification_token` of the client; it answers 401.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "ping-with-invalid-bearer-token",
    does: "the client is told of the decision with a bearer token that has a 1 at its end",
    attack: "anybody makes the client ask for tokens",
    client: Expected::Reject,
    seams: &[Seam::Ping(|token| token.push('1'))],
};
