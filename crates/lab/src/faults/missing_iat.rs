//! OIDC Core §2: `iat` is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "missing-iat",
    does: "the ID token does not say when it was issued",
    attack: "nobody can tell how old the token is, and an old one is replayed",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| drop(token.claims.remove("iat")))],
};
