//! Open Banking Security Profile §5.2: it has to be the one that was asked for.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "invalid-openbanking-intent-id",
    does: "`openbanking_intent_id` in the ID token is of an intent that the client did not ask for",
    attack: "the consent to another payment is taken for this one",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::IdToken(|token, _| {
        token.claims.insert(
            "openbanking_intent_id".to_owned(),
            "invalid_openbanking_intent_id".into(),
        );
    })],
};
