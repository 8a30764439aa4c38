//! RFC 9207 §2.4: the metadata promise that it does.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "remove-authorization-response-iss",
    does: "the authorization response does not say whose it is",
    attack: "the code is sent to the wrong provider (mix-up)",
    client: Expected::StopBeforeToken,
    seams: &[Seam::AuthorizationResponse(|parameters, _| {
        parameters.retain(|(name, _)| name != "iss")
    })],
};
