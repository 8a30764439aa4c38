//! Client ID Metadata Documents: a client whose identifier is the https address of a document that
//! says what it is.
//!
//! The document is fetched by whoever wires this, under the guard of requests to addresses that
//! others chose. Left out: documents in other forms than JSON, and redirects, since the address is
//! the identifier.
#![doc(alias = "draft-ietf-oauth-client-id-metadata-document")]

use serde_json::{Map, Value};
use url::Url;

use super::{
    Refusal, Requested,
    policy::{Offer, Registered, RegistrationPolicy},
};
use crate::{client::Client, id::Id};

/// Every way in which a document can be wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DocumentRefusal {
    /// `client_id` in it is not the address that it was fetched from.
    AnotherClient,
    /// What it says cannot be registered.
    Metadata(Refusal),
    /// It has a secret, or wants one: everybody reads it.
    SharedSecret,
}

/// Whether an identifier is the address of a document (§3 of the draft): https, with a path, and
/// spelt in the one way in which a URL is written, so that two spellings are not two clients.
pub fn is_address(client: &Id<Client>) -> bool {
    let text = client.as_str();
    let rest = text.strip_prefix("https://");
    let Some((authority, path)) = rest.and_then(|rest| rest.split_once('/')) else {
        return false;
    };
    // Dot segments, a default port and capital letters in the host would not come back as they are.
    let is_canonical = |url: &Url| url.as_str() == text && url.fragment().is_none();
    !path.is_empty()
        && !authority.contains('@')
        && Url::parse(text).is_ok_and(|url| is_canonical(&url))
}

/// What a document makes of a client.
///
/// # Errors
/// [`DocumentRefusal`].
pub fn read(
    client: &Id<Client>,
    document: Map<String, Value>,
    policy: &RegistrationPolicy,
    offer: Offer<'_>,
) -> Result<Registered, DocumentRefusal> {
    if document.get("client_id").and_then(Value::as_str) != Some(client.as_str()) {
        return Err(DocumentRefusal::AnotherClient);
    }
    let secrets = ["client_secret", "client_secret_expires_at"];
    if secrets.iter().any(|name| document.contains_key(*name)) {
        return Err(DocumentRefusal::SharedSecret);
    }
    // The default of RFC 7591 is a method that such a client cannot have.
    let requested = Requested::read(document).map_err(DocumentRefusal::Metadata)?;
    let requested = requested.or("token_endpoint_auth_method", "none");
    let registered = policy.decide(&requested, offer);
    let registered = registered.map_err(DocumentRefusal::Metadata)?;
    if registered.has_secret() {
        return Err(DocumentRefusal::SharedSecret);
    }
    Ok(registered)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn the_address_of_a_document_is_an_https_url_with_a_path_in_its_one_spelling() {
        for (text, expected) in [
            ("https://app.example/client.json", true),
            ("https://app.example:8443/a/b", true),
            ("https://app.example/client?v=1", true),
            ("https://app.example", false),
            ("https://app.example/", false),
            ("https://App.example/client.json", false),
            ("https://app.example:443/client.json", false),
            ("https://app.example/a/../client.json", false),
            ("https://app.example/a/./client.json", false),
            ("https://app.example/a/%2e%2e/client.json", false),
            ("https://app.example/client.json#x", false),
            ("https://user@app.example/client.json", false),
            ("https://@app.example/client.json", false),
            ("http://app.example/client.json", false),
            ("https:app.example/client.json", false),
            ("web", false),
        ] {
            let id = Id::parse(text).unwrap();
            assert_eq!(is_address(&id), expected, "{text}");
        }
    }
}
