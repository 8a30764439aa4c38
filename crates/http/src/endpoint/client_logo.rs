//! The logo of a client, from our own origin: a page that a person is about to type a password into
//! loads nothing from anywhere else, and whoever has the logo does not learn who looks at it
//! (requirements A1.11, A4.1).
//!
//! What it is, its first bytes say: a picture of one of four kinds, and no SVG, which could run.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, Uri, header};
use symbolon_core::{client::Client, id::Id};
use symbolon_outbound::{Expected, Outbound};
use symbolon_web::{form, memory::Age};
use url::form_urlencoded;

use crate::{fetched::Fetched, provider::Provider};

/// Where it is, below the path of the issuer.
pub const PATH: &str = "/client-logo";

/// For how long a logo is kept.
const FRESH: Duration = Duration::from_secs(60 * 60);

/// For how long an address without one is left alone.
const FAILED: Duration = Duration::from_secs(60);

const PICTURE: Expected = Expected {
    content_types: &["image/png", "image/jpeg", "image/gif", "image/webp"],
    most_bytes: 128 * 1024,
};

/// The logos that were needed of late.
pub struct ClientLogos {
    outbound: Arc<Outbound>,
    fetched: Fetched<Bytes>,
}

impl ClientLogos {
    /// None was needed yet.
    pub fn new(outbound: Arc<Outbound>) -> Self {
        Self {
            outbound,
            fetched: Fetched::new(200, Age::SinceUsed(FRESH), FRESH, FAILED),
        }
    }

    async fn picture(&self, uri: &str) -> Option<Bytes> {
        self.fetched.at(uri, self.fetch(uri)).await
    }

    async fn fetch(&self, uri: &str) -> Option<Bytes> {
        match self.outbound.get(uri, PICTURE).await {
            Ok(body) => kind(&body).map(|_| body),
            Err(error) => {
                tracing::info!(%uri, %error, "the logo of a client cannot be fetched");
                None
            }
        }
    }
}

/// The address of the logo of a client, if it has one.
pub fn address(provider: &Provider, client: &Client) -> Option<String> {
    client.metadata.logo_uri.as_ref()?;
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", client.id.as_str());
    Some(format!("{}{PATH}?{}", provider.issuer, query.finish()))
}

/// GET.
pub async fn get(State(provider): State<Arc<Provider>>, uri: Uri) -> Response {
    let parameters = form::query(&uri).ok();
    let wanted = parameters.as_ref().and_then(|all| all.value("client_id"));
    let client = match wanted.and_then(|text| Id::<Client>::parse(text).ok()) {
        Some(id) => provider.client(&id).await,
        None => Ok(None),
    };
    let client = match client {
        Ok(client) => client.filter(|client| client.disabled_at.is_none()),
        Err(failure) => return failure.into_response(),
    };
    let uri = client.and_then(|client| client.metadata.logo_uri.clone());
    let picture = match &uri {
        Some(uri) => provider.client_logos.picture(uri).await,
        None => None,
    };
    let Some((picture, kind)) =
        picture.and_then(|picture| Some((picture.clone(), kind(&picture)?)))
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = Response::new(Body::from(picture));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let cached = HeaderValue::from_static("public, max-age=3600");
    headers.insert(header::CACHE_CONTROL, cached);
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

/// What kind of picture it is.
fn kind(picture: &[u8]) -> Option<&'static str> {
    match picture {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn only_what_begins_as_a_picture_is_one() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n..."), Some("image/png"));
        assert_eq!(kind(b"RIFF1234WEBPVP8 "), Some("image/webp"));
        for other in [
            &b""[..],
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>",
            b"<html>",
            b"PNG",
        ] {
            assert_eq!(kind(other), None);
        }
    }
}
