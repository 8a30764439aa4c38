//! RP-Initiated Logout §2: the person is signed out, and the client says so, whatever comes back.

use crate::fault::{Expected, Fault, Seam, change};

pub(super) const FAULT: Fault = Fault {
    name: "rp-init-logout-other-state",
    does: "_INVALID stands at the end of the state that comes back after signing out",
    attack: "none: a client that shows an error confuses the person",
    client: Expected::Continue,
    seams: &[Seam::LogoutResponse(|parameters, _| {
        change(parameters, "state", |state| format!("{state}_INVALID"));
    })],
};
