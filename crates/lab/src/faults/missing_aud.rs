//! OIDC Core §2: `aud` is required.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "missing-aud",
    does: "the ID token has no audience",
    attack: "a token that was made for another client is replayed to this one",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| drop(token.claims.remove("aud")))],
};
