//! OIDC Core §3.1.3.7 rule 10: how old is too old is the client's choice; a week is for a sign-in
//! that has just happened.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "iat-is-week-in-past",
    does: "the ID token was issued a week ago",
    attack: "an old token is replayed",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, scene| {
        token
            .claims
            .insert("iat".to_owned(), (scene.now() - 604_800).into());
    })],
};
