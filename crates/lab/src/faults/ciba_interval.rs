//! CIBA §7.3: at least so many seconds between two requests.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "respects-interval",
    does: "the client may ask for its tokens every 31 seconds only (`interval`)",
    attack: "none: a client that asks more often is slowed down or refused",
    client: Expected::Continue,
    seams: &[Seam::Backchannel(|answer, _| {
        answer.insert("interval".to_owned(), 31.into());
    })],
};
