//! OIDC Discovery §3: `jwks_uri` is what the metadata say.

use crate::{
    elsewhere,
    exchange::Endpoint,
    fault::{Expected, Fault, Reply, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "discovery-jwks-uri-keys",
    does: "`jwks_uri` is another one each time the metadata are fetched, and the usual address has no keys",
    attack: "none: a client that knows the address by heart does not work with other providers",
    client: Expected::Continue,
    seams: &[
        Seam::Discovery(|metadata, scene| {
            let name: String = scene
                .random::<6>()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let path = &scene.ground.config.paths.keys;
            let address = elsewhere::address(scene.issuer, &name, path);
            metadata.insert("jwks_uri".to_owned(), address.into());
        }),
        Seam::Reply(|scene| {
            let usual = scene.asked.endpoint == Endpoint::Keys && !scene.asked.elsewhere;
            usual.then(|| Reply::error(404, "not_found"))
        }),
    ],
};
