//! Request objects that are fetched from where a client keeps them (RFC 9101 §5.2).
//!
//! Anybody can have one fetched, by sending a browser here. So what an address answered is good for
//! [`FRESH`], and that it answered nothing for [`FAILED`]; of several requests for one address at once,
//! one goes out. A client that changes an object sooner names another version of it, by the fragment.
#![doc(alias = "RFC 9101")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use symbolon_core::authorize::object_uri;
use symbolon_jose::verify::LONGEST_TOKEN_BYTES;
use symbolon_outbound::{Expected, Outbound};
use tokio::sync::Mutex;

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
    fetched: moka::sync::Cache<String, Arc<Mutex<Option<Fetched>>>>,
}

struct Fetched {
    object: Option<Arc<str>>,
    at: Instant,
}

impl RequestObjects {
    /// None yet.
    pub fn new(outbound: Arc<Outbound>) -> Self {
        Self {
            outbound,
            fetched: moka::sync::Cache::builder()
                .max_capacity(1_000)
                .time_to_live(FRESH)
                .build(),
        }
    }

    /// The object at a URI that a client registered.
    pub async fn at(&self, uri: &str) -> Option<Arc<str>> {
        let place = self.fetched.get_with_by_ref(uri, Arc::default);
        let mut fetched = place.lock().await;
        if let Some(known) = fetched.as_ref().filter(|known| known.is_good()) {
            return known.object.clone();
        }
        let object = self.fetch(object_uri::address(uri)).await;
        *fetched = Some(Fetched {
            object: object.clone(),
            at: instant(),
        });
        object
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

impl Fetched {
    fn is_good(&self) -> bool {
        let lasts = if self.object.is_some() { FRESH } else { FAILED };
        self.at.elapsed() < lasts
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "measures the age of memory; no rule sees it"
)]
fn instant() -> Instant {
    Instant::now()
}
