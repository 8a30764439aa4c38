//! Tokens of pages: sealed with the key that every instance has, for the question they belong to.

use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use symbolon_core::authzen::{
    candidate::Found,
    entity::RequestError,
    search::{Cursor, Page, Results},
};

use crate::{answer, provider::Provider};

/// Where a page begins.
///
/// # Errors
/// [`RequestError::Token`].
pub fn begin(provider: &Provider, page: &Page, fingerprint: &[u8]) -> Result<Cursor, RequestError> {
    let opened = page.sealed().and_then(|sealed| {
        let opened = provider.seal.open(&place(fingerprint), &sealed);
        opened.ok()
    });
    page.begin(opened.as_deref().map(Vec::as_slice))
}

/// The answer: what was found, and the token of the next page.
pub fn answer<T: Serialize>(
    provider: &Provider,
    found: Found<T>,
    cursor: &Cursor,
    fingerprint: &[u8],
) -> Response {
    let sealed = found.next.map(|after| {
        let limit = cursor.limit;
        let next = Cursor { limit, after }.to_bytes();
        provider.seal.seal(&place(fingerprint), &next)
    });
    let results = Results::new(found.results, sealed.as_deref());
    answer::json(StatusCode::OK, &results)
}

fn place(fingerprint: &[u8]) -> Vec<u8> {
    [b"authzen page: ", fingerprint].concat()
}
