//! Back-Channel Logout §2.6 rule 3: the client answers 400.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "rp-backchannel-rpinitlogout-wrong-aud",
    does: "INVALID stands at the end of the audience of the logout token",
    attack: "anybody signs people out, or a token that was made for something else does",
    client: Expected::Reject,
    seams: &[Seam::LogoutToken(|token, _| {
        token.append("aud", "INVALID");
    })],
};
