//! OIDC Core §5.3.2: `userinfo_signed_response_alg`.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "userinfo-signed",
    does: "the answer of userinfo is a JWT, signed with RS256",
    attack: "none: a client that did not register for it may refuse",
    client: Expected::Continue,
    seams: &[Seam::UserinfoToken(|_, _| {})],
};
