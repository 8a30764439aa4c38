//! The documents that say which redirect URIs are of one sector (OIDC Core §8.1).

use symbolon_core::{
    client::ClientMetadata,
    pairwise::{SectorError, check_document},
};
use symbolon_outbound::{Expected, Outbound};

/// What a document may be, and how long: hundreds of redirect URIs fit.
const DOCUMENT: Expected = Expected {
    content_types: &["application/json"],
    most_bytes: 64 * 1024,
};

/// Whether the document at a client's `sector_identifier_uri`, if it has one, lists all of its
/// redirect URIs. It is fetched when the client is registered, and not again.
///
/// # Errors
/// [`SectorError`].
pub async fn check(outbound: &Outbound, metadata: &ClientMetadata) -> Result<(), SectorError> {
    let Some(uri) = &metadata.sector_identifier_uri else {
        return Ok(());
    };
    let document = outbound.get(uri, DOCUMENT).await.map_err(|error| {
        tracing::warn!(%uri, %error, "the document of a sector cannot be fetched");
        SectorError::Unavailable
    })?;
    check_document(metadata, &document)
}
