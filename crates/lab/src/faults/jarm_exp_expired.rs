//! JARM §2.4 rule 5.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "ensure-jarm-with-expired-exp-fails",
    does: "the signed authorization response expired six minutes ago",
    attack: "an old answer is carried again",
    client: Expected::StopBeforeToken,
    seams: &[Seam::SignedResponse(|token, scene| {
        token
            .claims
            .insert("exp".to_owned(), (scene.now() - 360).into());
    })],
};
