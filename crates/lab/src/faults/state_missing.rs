//! RFC 6749 §10.12: the answer belongs to a request that this browser never made.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-authorization-response-with-invalid-missing-state-fails",
    does: "the authorization response has no state",
    attack: "somebody is signed in to the account of the attacker (CSRF)",
    client: Expected::StopBeforeToken,
    seams: &[Seam::AuthorizationResponse(|parameters, _| {
        parameters.retain(|(name, _)| name != "state")
    })],
};
