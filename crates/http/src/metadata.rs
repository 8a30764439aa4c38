//! The metadata document, ready to be served.
//!
//! All of it follows from the settings, but for the types of authorization details, which APIs declare
//! while the provider runs (RFC 9396 §10). It is made anew when these change; while nobody can say
//! whether they did, it stays as it is.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::body::Bytes;
use http::HeaderValue;
use symbolon_core::{discovery::Metadata, policy::Policy};

use crate::{answer, provider::Provider};

/// The document.
pub struct Document {
    fixed: serde_json::Value,
    made: ArcSwap<Made>,
}

struct Made {
    types: Vec<String>,
    body: Bytes,
    etag: HeaderValue,
}

impl Document {
    /// The document of these settings.
    pub fn new(metadata: &Metadata<'_>) -> Self {
        let fixed = serde_json::to_value(metadata).unwrap_or_default();
        let made = Made::new(&fixed, Vec::new());
        Self {
            fixed,
            made: ArcSwap::new(Arc::new(made)),
        }
    }

    /// The document as it is now, and its entity tag.
    pub async fn now(&self, provider: &Provider) -> (Bytes, HeaderValue) {
        if let Ok(policy) = provider.policy().await {
            let kept = self.made.load();
            if !types(&policy).eq(kept.types.iter().map(String::as_str)) {
                let types = types(&policy).map(str::to_owned).collect();
                self.made.store(Arc::new(Made::new(&self.fixed, types)));
            }
        }
        let made = self.made.load();
        (made.body.clone(), made.etag.clone())
    }
}

impl Made {
    fn new(fixed: &serde_json::Value, types: Vec<String>) -> Self {
        let mut document = fixed.clone();
        if !types.is_empty() {
            document["authorization_details_types_supported"] = types.clone().into();
        }
        let body = Bytes::from(serde_json::to_vec(&document).unwrap_or_default());
        Self {
            types,
            etag: answer::etag(&body),
            body,
        }
    }
}

fn types(policy: &Policy) -> impl Iterator<Item = &str> {
    let types = policy.apis().flat_map(|api| api.detail_types());
    types.map(|own| own.name.as_str())
}
