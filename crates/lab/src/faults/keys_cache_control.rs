//! OIDC Core §10.1.1: an unknown `kid` means to fetch the keys again, however long they may be
//! kept.

use crate::{
    exchange::Endpoint,
    fault::{Disturbance, Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "keys-cache-control",
    does: "the keys may be kept for a year (`Cache-Control`)",
    attack: "none: with a rotation, a client that obeys this alone refuses everybody for a year",
    client: Expected::Continue,
    seams: &[Seam::Transport(|endpoint| {
        let kept = Disturbance::Header("cache-control", "max-age=31536000, immutable");
        (endpoint == Endpoint::Keys).then_some(kept)
    })],
};
