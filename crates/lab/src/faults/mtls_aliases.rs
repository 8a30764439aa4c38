//! RFC 8705 §5: who shows a certificate uses the other addresses.

use serde_json::{Map, Value};

use crate::{
    elsewhere,
    fault::{Expected, Fault, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "mtls-endpoint-aliases",
    does: "the metadata have `mtls_endpoint_aliases`, and the endpoints are there too",
    attack: "none: a client with a certificate asks where nobody wants to see it",
    client: Expected::Continue,
    seams: &[Seam::Discovery(|metadata, scene| {
        let mut aliases = Map::new();
        for name in ENDPOINTS {
            let usual = metadata
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default();
            if let Some(path) = usual.strip_prefix(scene.issuer) {
                let alias = elsewhere::address(scene.issuer, "mtls", path);
                aliases.insert(name.to_owned(), alias.into());
            }
        }
        metadata.insert("mtls_endpoint_aliases".to_owned(), aliases.into());
    })],
};

const ENDPOINTS: [&str; 5] = [
    "introspection_endpoint",
    "pushed_authorization_request_endpoint",
    "revocation_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
];
