//! OIDC Core §5.3.2: claims of somebody else would be taken for the person's.

use crate::fault::{Expected, Fault, Seam, append};

pub(super) const FAULT: Fault = Fault {
    name: "userinfo-invalid-sub",
    does: "userinfo is about somebody else: invalid stands at the end of its `sub`",
    attack: "the claims of somebody else are taken for those of the person",
    client: Expected::Reject,
    seams: &[Seam::Userinfo(|claims, _| append(claims, "sub", "invalid"))],
};
