//! OIDC Core §3.1.3.7 rule 9: with five minutes of tolerance it is still too old.

use symbolon_core::time::Clock;

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-expired-exp",
    does: "the ID token expired six minutes ago",
    attack: "a token that leaked once is replayed",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, scene| {
        let expired = scene.ground.clock.now().seconds() - 360;
        token.claims.insert("exp".to_owned(), expired.into());
    })],
};
