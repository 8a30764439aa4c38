//! RFC 9207 §2.4: the code would be sent to the wrong provider (mix-up).

use crate::fault::{Expected, Fault, Seam, change};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-authorization-response-iss",
    does: "the authorization response is of an issuer with a 1 at its end",
    attack: "the code is sent to the wrong provider (mix-up)",
    client: Expected::StopBeforeToken,
    seams: &[Seam::AuthorizationResponse(|parameters, _| {
        change(parameters, "iss", |issuer| format!("{issuer}1"));
    })],
};
