//! OIDC Core §3.1.3.7 rule 3: a token that was made for another client can be replayed to this one.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-aud",
    does: "the audience of the ID token is the client with a 1 at its end",
    attack: "a token that was made for another client is replayed to this one",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| token.append("aud", "1"))],
};
