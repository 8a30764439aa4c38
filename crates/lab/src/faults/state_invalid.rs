//! RFC 6749 §10.12: the answer belongs to a request that this browser never made.

use crate::fault::{Expected, Fault, Seam, change};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-authorization-response-with-invalid-state-fails",
    does: "the state of the authorization response has a 1 at its end",
    attack: "somebody is signed in to the account of the attacker (CSRF)",
    client: Expected::StopBeforeToken,
    seams: &[Seam::AuthorizationResponse(|parameters, _| {
        change(parameters, "state", |state| format!("{state}1"));
    })],
};
