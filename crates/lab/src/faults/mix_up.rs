//! RFC 9700 §4.4, RFC 9207: the metadata of one issuer lead to the authorization endpoint of
//! another.

use crate::fault::{Expected, Fault, Seam};

pub(super) const FAULT: Fault = Fault {
    name: "idp-mix-up",
    does: "the authorization endpoint in the metadata is that of the honest issuer at the root, and so is the `iss` that comes back",
    attack: "the code of the honest issuer is sent to the token endpoint of the attacker",
    client: Expected::StopBeforeToken,
    seams: &[Seam::Discovery(|metadata, scene| {
        // The issuer at the root is what stands before the name of the fault.
        let honest = scene.issuer.split("/test/").next().unwrap_or_default();
        let endpoint = format!("{honest}{}", scene.ground.config.paths.authorize);
        metadata.insert("authorization_endpoint".to_owned(), endpoint.into());
    })],
};
