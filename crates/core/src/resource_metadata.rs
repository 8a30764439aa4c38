//! What a protected API says of itself: where its tokens come from, and which scopes it has.
//!
//! A client that knows nothing but the address of the API finds the rest by it: the challenge of the
//! API names this document, the document names the issuer, and the issuer's metadata names the
//! endpoints.
#![doc(alias = "RFC 9728")]

use serde::Serialize;
use url::Url;

use crate::redirect_uri::is_loopback;

/// Where the document is, before the path of the API (RFC 9728 §3).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The document (RFC 9728 §2).
#[derive(Debug, Serialize)]
pub struct ProtectedResource<'a> {
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    scopes_supported: Vec<&'a str>,
    bearer_methods_supported: [&'a str; 1],
    resource_name: &'a str,
}

impl<'a> ProtectedResource<'a> {
    /// The document of an API. `resource` is what a client names as `resource` (RFC 8707).
    pub fn new(
        issuer: &'a str,
        resource: &'a str,
        name: &'a str,
        scopes: impl Iterator<Item = &'a str>,
    ) -> Self {
        Self {
            resource,
            authorization_servers: [issuer],
            scopes_supported: scopes.collect(),
            bearer_methods_supported: ["header"],
            resource_name: name,
        }
    }

    /// The document as it is sent.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Where the document of an API is that is named by its address: between host and path (RFC 9728
/// §3.1). `None` when the name is no such address; `http` is for this machine alone.
pub fn address(resource: &str) -> Option<String> {
    let url = Url::parse(resource).ok()?;
    let safe = url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url);
    if !safe || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let origin = &url[..url::Position::BeforePath];
    let query = url
        .query()
        .map_or(String::new(), |query| format!("?{query}"));
    // A slash alone is no path.
    let path = Some(url.path()).filter(|path| *path != "/");
    Some(format!(
        "{origin}{WELL_KNOWN}{}{query}",
        path.unwrap_or_default()
    ))
}

/// A Bearer challenge that names the document too (RFC 9728 §5.1). An address has no quotation mark
/// and no backslash.
pub fn challenge(challenge: &str, address: &str) -> String {
    let separator = if challenge.contains(' ') { ", " } else { " " };
    format!("{challenge}{separator}resource_metadata=\"{address}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_stands_between_host_and_path() {
        for (resource, expected) in [
            (
                "https://api.example",
                Some("https://api.example/.well-known/oauth-protected-resource"),
            ),
            (
                "https://api.example/",
                Some("https://api.example/.well-known/oauth-protected-resource"),
            ),
            (
                "https://api.example:8443/v1/mcp?x=1",
                Some("https://api.example:8443/.well-known/oauth-protected-resource/v1/mcp?x=1"),
            ),
            (
                "http://127.0.0.1:80/mcp",
                Some("http://127.0.0.1/.well-known/oauth-protected-resource/mcp"),
            ),
            ("http://api.example", None),
            ("https://user@api.example", None),
            ("https://api.example/#x", None),
            ("urn:symbolon:api", None),
            ("invoices", None),
        ] {
            assert_eq!(address(resource).as_deref(), expected, "{resource}");
        }
    }

    #[test]
    fn a_challenge_names_it_beside_the_rest() {
        assert_eq!(
            challenge("Bearer realm=\"api\"", "https://api.example/x"),
            "Bearer realm=\"api\", resource_metadata=\"https://api.example/x\""
        );
        assert_eq!(
            challenge("Bearer", "https://api.example/x"),
            "Bearer resource_metadata=\"https://api.example/x\""
        );
    }
}
