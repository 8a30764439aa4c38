//! RP-Initiated Logout §2: the person is signed out, and the client says so, whatever comes back.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "rp-init-logout-no-state",
    does: "no state comes back after signing out",
    attack: "none: a client that shows an error confuses the person",
    client: Expected::Continue,
    seams: &[Seam::LogoutResponse(|parameters, _| {
        parameters.retain(|(name, _)| name != "state")
    })],
};
