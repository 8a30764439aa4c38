//! Back-Channel Logout §2.6 rule 6: the client answers 400.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "rp-backchannel-rpinitlogout-with-nonce",
    does: "the logout token has a nonce",
    attack: "anybody signs people out, or a token that was made for something else does",
    client: Expected::Reject,
    seams: &[Seam::LogoutToken(|token, _| {
        token.claims.insert("nonce".to_owned(), "lab-nonce".into());
    })],
};
