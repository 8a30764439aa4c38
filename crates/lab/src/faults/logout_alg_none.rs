//! Back-Channel Logout §2.6 rule 2: the client answers 400.

use crate::{
    fault::{Expected, Fault, Seam},
    token::Signature,
};

pub(super) const FAULT: Fault = Fault {
    name: "rp-backchannel-rpinitlogout-alg-none",
    does: "the logout token is not signed, and its `alg` is none",
    attack: "anybody signs people out, or a token that was made for something else does",
    client: Expected::Reject,
    seams: &[Seam::LogoutToken(|token, _| {
        token.header.insert("alg".to_owned(), "none".into());
        token.header.remove("kid");
        token.signature = Signature::None;
    })],
};
