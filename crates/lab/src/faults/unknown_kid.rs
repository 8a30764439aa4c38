//! OIDC Core §10.1.1: the keys are fetched again, once, and it is not among them.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "unknown-kid",
    does: "the header of the ID token names a key that is not published, though a published one signed it",
    attack: "anybody who is taken at any key makes the client fetch keys without end",
    client: Expected::StopBeforeUserinfo,
    seams: &[Seam::Signature(|token, _| {
        token
            .header
            .insert("kid".to_owned(), "lab-nobody-knows".into());
    })],
};
