//! OIDC Discovery §4.3: metadata of another issuer may lead anywhere.

use crate::fault::{Expected, Fault, Seam, append};

pub(super) const FAULT: Fault = Fault {
    name: "discovery-issuer-mismatch",
    does: "the metadata name another issuer: INVALID stands at its end",
    attack: "metadata of somebody else send the client anywhere",
    client: Expected::StopBeforeAuthorization,
    seams: &[Seam::Discovery(|metadata, _| {
        append(metadata, "issuer", "INVALID")
    })],
};
