//! RFC 7519 §4: refused, or the last one counts.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "duplicate-members",
    does: "the ID token has `sub` twice, first somebody else's",
    attack: "two parts of one client take two different people for the one who signed in",
    client: Expected::Either,
    seams: &[Seam::IdToken(|token, _| {
        token.before.push(("sub", "somebody-else".into()));
    })],
};
