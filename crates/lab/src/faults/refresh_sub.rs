//! OIDC Core §12.2: the same `sub` as in the first ID token.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "refresh-token-invalid-sub",
    does: "an ID token that comes with a refresh is about somebody else: a 1 stands at the end of its `sub`",
    attack: "the session of one person becomes that of another",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, scene| {
        if scene.is_grant("refresh_token") {
            token.append("sub", "1");
        }
    })],
};
