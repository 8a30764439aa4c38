//! Request objects that are fetched from where a client keeps them (RFC 9101 §5.2).
//!
//! Anybody can have one fetched, by sending a browser here. So what an address answered is good for
//! [`FRESH`], and that it answered nothing for [`FAILED`]. A client that changes an object sooner names
//! another version of it, by the fragment.
#![doc(alias = "RFC 9101")]

use std::{sync::Arc, time::Duration};

use symbolon_core::authorize::object_uri;
use symbolon_jose::verify::LONGEST_TOKEN_BYTES;
use symbolon_outbound::{Expected, Outbound};
use symbolon_web::memory::Age;

use crate::fetched::Fetched;

/// For how long an object is used without another look.
const FRESH: Duration = Duration::from_secs(60);

/// For how long an address that failed is left alone.
const FAILED: Duration = Duration::from_secs(10);

/// What an object may be (RFC 9101 §10.2; OIDC Core §6.2 says nothing), and how long.
const OBJECT: Expected = Expected {
    content_types: &[
        "application/oauth-authz-req+jwt",
        "application/jwt",
        "application/jose",
    ],
    most_bytes: LONGEST_TOKEN_BYTES,
};

/// The objects that were fetched of late.
pub struct RequestObjects {
    outbound: Arc<Outbound>,
    fetched: Fetched<Arc<str>>,
}

impl RequestObjects {
    /// None yet.
    pub fn new(outbound: Arc<Outbound>) -> Self {
        Self {
            outbound,
            fetched: Fetched::new(1_000, Age::SinceKept(FRESH), FRESH, FAILED),
        }
    }

    /// The object at a URI that a client registered.
    pub async fn at(&self, uri: &str) -> Option<Arc<str>> {
        let fetch = self.fetch(object_uri::address(uri));
        self.fetched.at(uri, fetch).await
    }

    async fn fetch(&self, address: &str) -> Option<Arc<str>> {
        let body = self.outbound.get(address, OBJECT).await;
        let text = body
            .map_err(|error| error.to_string())
            .and_then(|body| String::from_utf8(body.to_vec()).map_err(|error| error.to_string()));
        text.map(|text| Arc::from(text.trim_ascii_end()))
            .inspect_err(|error| {
                tracing::warn!(%address, error, "a request object cannot be fetched");
            })
            .ok()
    }
}
