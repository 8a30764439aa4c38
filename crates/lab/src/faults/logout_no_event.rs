//! Back-Channel Logout §2.6 rule 5: the client answers 400.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "rp-backchannel-rpinitlogout-no-event",
    does: "the logout token has no `events`",
    attack: "anybody signs people out, or a token that was made for something else does",
    client: Expected::Reject,
    seams: &[Seam::LogoutToken(|token, _| {
        token.claims.remove("events");
    })],
};
