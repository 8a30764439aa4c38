//! Pairwise subject identifiers: what a client calls a person, where two clients that compare notes
//! must not see that it is the same one.
//!
//! The identifier is a MAC over the client's *sector* and the subject, under a key that the
//! installation makes once and keeps for ever: the same on every instance, untouched by the rotation
//! of any other key, and nothing that can be guessed from outside. Clients of one sector (the same
//! host in their redirect URIs, or the same `sector_identifier_uri`) call a person the same.
//!
//! Nothing is stored of a pair, so an identifier cannot be turned back; it does not have to be.
//! Wherever a client names a person (`id_token_hint`, `claims`, sign-out) the question is which of
//! the people who are signed in is meant, and each of them has one identifier for that client.
//!
//! The tokens that a client of this kind gets are opaque, since a JWT would tell it what everybody
//! else calls the subject (RFC 9068 §6); whoever introspects one is told the subject in their own
//! terms.
//!
//! Left out: redirect URIs as a sector where these are loopback addresses or private-use schemes,
//! which belong to nobody; a client with such names a `sector_identifier_uri`.
#![doc(alias = "OpenID Connect Core §8.1")]

use hmac::Mac;
use serde_json::Value;
use url::Url;
use zeroize::Zeroizing;

use crate::{
    client::{Client, ClientMetadata},
    id::Id,
    mac,
    redirect_uri::{RedirectUri, is_loopback},
    subject::Subject,
    words::words,
};

/// Names what a client calls a subject: the `sub` claim as this client gets it.
#[derive(Debug)]
pub enum Sub {}

words! {
    /// Whether all clients call a person the same (OIDC Core §8).
    #[derive(Default)]
    SubjectType {
        /// They do.
        #[default]
        Public = "public",
        /// Only those of one sector do.
        Pairwise = "pairwise",
    }
}

/// The key of all pairwise identifiers of an installation.
pub struct PairwiseKey(Zeroizing<[u8; 32]>);

/// Why a client may not have its sector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SectorError {
    /// The document is something else than a list of texts.
    #[error(
        "sector_identifier_uri: the document is no JSON array of URIs (OpenID Connect Core 8.1)"
    )]
    Malformed,
    /// A redirect URI that it does not have.
    #[error("sector_identifier_uri: the document does not list {0}, which is one of redirect_uris")]
    NotListed(String),
    /// The document cannot be had.
    #[error("sector_identifier_uri: the document cannot be fetched")]
    Unavailable,
}

impl SubjectType {
    /// Whether it is the usual one.
    pub const fn is_public(&self) -> bool {
        matches!(self, Self::Public)
    }
}

impl PairwiseKey {
    /// The key of the installation.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// What the client calls the subject.
    pub fn told(&self, client: &Client, subject: &Id<Subject>) -> Id<Sub> {
        if client.metadata.subject_type.is_public() {
            return subject.retyped();
        }
        let sector = sector(&client.metadata).unwrap_or_else(|| format!("client:{}", client.id));
        let mut mac = mac::keyed(&self.0);
        // A sector has no NUL, so that no other pair has the same message.
        mac.update(sector.as_bytes());
        mac.update(&[0]);
        mac.update(subject.as_str().as_bytes());
        Id::encoded(&mac.finalize().into_bytes())
    }

    /// The one of these people whom the client calls so.
    pub fn find<'a>(
        &self,
        client: &Client,
        sub: &Id<Sub>,
        people: impl IntoIterator<Item = &'a Id<Subject>>,
    ) -> Option<&'a Id<Subject>> {
        people
            .into_iter()
            .find(|subject| self.told(client, subject) == *sub)
    }
}

/// The sector of a client: the host of its `sector_identifier_uri`, else the one host of its
/// redirect URIs; `None` where there is no such.
pub fn sector(metadata: &ClientMetadata) -> Option<String> {
    if let Some(uri) = &metadata.sector_identifier_uri {
        return Some(Url::parse(uri).ok()?.host_str()?.to_owned());
    }
    let (first, others) = metadata.redirect_uris.split_first()?;
    let sector = own_host(first)?;
    let same = |uri: &RedirectUri| own_host(uri).as_ref() == Some(&sector);
    others.iter().all(same).then_some(sector)
}

/// Whether the document at a client's `sector_identifier_uri` has all of its redirect URIs.
///
/// # Errors
/// [`SectorError`].
pub fn check_document(metadata: &ClientMetadata, document: &[u8]) -> Result<(), SectorError> {
    let document: Value = serde_json::from_slice(document).map_err(|_| SectorError::Malformed)?;
    let listed = document.as_array().ok_or(SectorError::Malformed)?;
    if !listed.iter().all(Value::is_string) {
        return Err(SectorError::Malformed);
    }
    let missing = metadata
        .redirect_uris
        .iter()
        .find(|uri| !listed.iter().any(|one| one == uri.as_str()));
    match missing {
        Some(uri) => Err(SectorError::NotListed(uri.as_str().to_owned())),
        None => Ok(()),
    }
}

/// Whether the document has to be looked at: it was not when the client was like `before`.
pub fn is_document_due(metadata: &ClientMetadata, before: Option<&ClientMetadata>) -> bool {
    let known = before.is_some_and(|before| {
        before.sector_identifier_uri == metadata.sector_identifier_uri
            && metadata
                .redirect_uris
                .iter()
                .all(|uri| before.redirect_uris.contains(uri))
    });
    metadata.sector_identifier_uri.is_some() && !known
}

/// The host of a redirect URI, unless it belongs to nobody.
fn own_host(uri: &RedirectUri) -> Option<String> {
    let url = Url::parse(uri.as_str()).ok()?;
    let host = url.host_str()?;
    let own = url.scheme() == "https" && !is_loopback(&url) && !host.ends_with(".localhost");
    own.then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use serde_json::json;

    use super::*;

    fn client(id: &str, metadata: Value) -> Client {
        let mut all = json!({
            "client_name": "The App",
            "grant_types": ["authorization_code"],
            "subject_type": "pairwise",
        });
        let own = metadata.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(own);
        Client {
            id: Id::parse(id).unwrap(),
            organization: None,
            machine: None,
            secrets: Vec::new(),
            disabled_at: None,
            origin: crate::client::Origin::Operator,
            metadata: serde_json::from_value(all).unwrap(),
        }
    }

    fn at(host: &str) -> Client {
        client(
            host,
            json!({ "redirect_uris": [format!("https://{host}/callback")] }),
        )
    }

    #[test]
    fn a2_16_a_sector_has_one_name_for_a_person_and_no_other_sector_has_it() {
        let key = PairwiseKey::new([1; 32]);
        let (alice, bob) = (Id::parse("alice").unwrap(), Id::parse("bob").unwrap());
        let here = key.told(&at("one.example"), &alice);
        let same = client(
            "other",
            json!({ "redirect_uris": ["https://one.example:8443/other"] }),
        );
        assert_eq!(key.told(&same, &alice), here);
        assert_ne!(key.told(&at("two.example"), &alice), here);
        assert_ne!(key.told(&at("one.example"), &bob), here);
        assert_ne!(PairwiseKey::new([2; 32]).told(&same, &alice), here);
        assert_eq!(here.as_str().len(), 43);
        assert_eq!(key.find(&same, &here, [&bob, &alice]), Some(&alice));
        assert_eq!(key.find(&at("two.example"), &here, [&bob, &alice]), None);
    }

    #[test]
    fn the_public_name_is_the_subject_itself() {
        let app = client("app", json!({ "subject_type": "public" }));
        let alice = Id::parse("alice").unwrap();
        let told = PairwiseKey::new([1; 32]).told(&app, &alice);
        assert_eq!(told.as_str(), "alice");
    }

    #[test]
    fn what_belongs_to_nobody_is_no_sector() {
        for uris in [
            json!(["https://one.example/a", "https://two.example/a"]),
            json!(["http://127.0.0.1/a"]),
            json!(["http://[::1]/a"]),
            json!(["http://localhost/a"]),
            json!(["com.example.app:/a"]),
            json!(["com.example.app://one.example/a"]),
            json!(["https://one.example/a", "com.example.app:/a"]),
            json!([]),
        ] {
            let metadata = json!({ "redirect_uris": uris });
            assert_eq!(sector(&client("app", metadata).metadata), None, "{uris}");
        }
        let metadata = json!({
            "redirect_uris": ["http://127.0.0.1/a", "https://two.example/a"],
            "sector_identifier_uri": "https://Sector.example:8443/uris.json",
        });
        let sector = sector(&client("app", metadata).metadata);
        assert_eq!(sector.as_deref(), Some("sector.example"));
    }

    #[test]
    fn a2_16_the_document_has_every_redirect_uri() {
        let metadata = client(
            "app",
            json!({ "redirect_uris": ["https://a.example/1", "https://b.example/2"] }),
        )
        .metadata;
        let check = |document: Value| check_document(&metadata, document.to_string().as_bytes());
        let all = json!([
            "https://b.example/2",
            "https://c.example",
            "https://a.example/1"
        ]);
        assert_eq!(check(all), Ok(()));
        let without = SectorError::NotListed("https://b.example/2".to_owned());
        assert_eq!(check(json!(["https://a.example/1"])), Err(without));
        for malformed in [json!({}), json!([1]), json!("https://a.example/1")] {
            assert_eq!(check(malformed), Err(SectorError::Malformed));
        }
    }
}
