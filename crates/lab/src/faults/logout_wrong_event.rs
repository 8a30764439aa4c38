//! Back-Channel Logout §2.6 rule 5: the client answers 400.

use serde_json::json;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "rp-backchannel-rpinitlogout-wrong-event",
    does: "the only event of the logout token is `http://schemas.openid.net/event/foobar`",
    attack: "anybody signs people out, or a token that was made for something else does",
    client: Expected::Reject,
    seams: &[Seam::LogoutToken(|token, _| {
        let events = json!({ "http://schemas.openid.net/event/foobar": {} });
        token.claims.insert("events".to_owned(), events);
    })],
};
