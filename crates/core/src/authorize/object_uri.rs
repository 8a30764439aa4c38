//! Where a request object is fetched from (OIDC Core §6.2).
//!
//! A request names exactly a registered URI. A fragment is a version: it stands for the content and is
//! never sent, so a client that registered a URI without one may put any behind it, to have an object
//! fetched anew. That it is the digest of the content is not checked: the signature of the object says
//! who made it, and a digest that travels beside it through the same browser says nothing more.
#![doc(alias = "request_uri")]

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::redirect_uri::web_page;

/// The longest one, in bytes (OIDC Core §6.2).
pub const LONGEST: usize = 512;

/// A URI that a client registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectUri(String);

/// Why a URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "request_uris are https URLs of up to 512 visible ASCII characters, which may have a fragment"
)]
pub struct ObjectUriError;

impl ObjectUri {
    /// Whether a request may name this.
    pub fn matches(&self, requested: &str) -> bool {
        let same = self.0 == requested;
        let version_of_it = !self.0.contains('#') && address(requested) == self.0;
        requested.len() <= LONGEST && (same || version_of_it)
    }
}

/// What is fetched: the URI without its fragment.
pub fn address(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(address, _)| address)
}

impl TryFrom<String> for ObjectUri {
    type Error = ObjectUriError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        let good = visible && text.len() <= LONGEST && web_page(address(&text)).is_ok();
        good.then_some(Self(text)).ok_or(ObjectUriError)
    }
}

impl From<ObjectUri> for String {
    fn from(uri: ObjectUri) -> Self {
        uri.0
    }
}

impl fmt::Display for ObjectUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn registered(text: &str) -> Result<ObjectUri, ObjectUriError> {
        ObjectUri::try_from(text.to_owned())
    }

    #[test]
    fn a_request_names_exactly_what_is_registered() {
        let plain = registered("https://app.example/object.jwt").unwrap();
        let version = registered("https://app.example/object.jwt#one").unwrap();
        for (requested, of_plain, of_version) in [
            ("https://app.example/object.jwt", true, false),
            ("https://app.example/object.jwt#one", true, true),
            ("https://app.example/object.jwt#two", true, false),
            ("https://app.example/object.jwt?x#one", false, false),
            ("https://app.example/object.jw", false, false),
            ("https://app.example/object.jwt/", false, false),
            ("HTTPS://app.example/object.jwt", false, false),
            ("https://app.example:443/object.jwt", false, false),
        ] {
            assert_eq!(plain.matches(requested), of_plain, "{requested}");
            assert_eq!(version.matches(requested), of_version, "{requested}");
        }
        let long = format!("https://app.example/object.jwt#{}", "x".repeat(LONGEST));
        assert!(!plain.matches(&long));
    }

    #[test]
    fn what_cannot_be_fetched_is_not_registered() {
        for text in [
            "",
            "#x",
            "http://app.example/object",
            "urn:ietf:params:oauth:request_uri:x",
            "https://user@app.example/",
            "https://app.example/ü",
            "https://app.example/a b",
            "file:///etc/passwd",
        ] {
            assert_eq!(registered(text), Err(ObjectUriError), "{text}");
        }
        assert!(registered(&format!("https://app.example/{}", "x".repeat(LONGEST))).is_err());
    }
}
