//! The one way out: every HTTP request of the server to an address that somebody else chose
//! (`jwks_uri`, `request_uri`, back-channel logout, metadata documents of clients).
//!
//! The rule (requirement A4.1): [`guard`] says where a request may go; the name is resolved once,
//! every address it has is checked, and the connection is made to one of the checked ones. Nothing
//! in between resolves again, follows a redirect, asks a proxy of the environment, keeps a cookie,
//! unpacks a compressed body or reuses a connection. Time, size, type and number are bounded, and
//! nothing of an answer is told to whoever caused the request.
//!
//! Why `hyper` and `rustls` and not a whole client: what is left out above is what a whole client
//! does by itself, and the checked address would have to be smuggled into its resolver.
//!
//! Left out: HTTP/2, since a request for one small document gains nothing from it; retries, which
//! belong to who knows whether the request may be repeated.

mod exchange;
pub mod guard;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Method, StatusCode, header};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::sync::Semaphore;

pub use guard::{Guard, Refused};

/// How many requests are under way at once; more of them wait within their time.
const AT_ONCE: usize = 64;

/// How long one request may take, from the resolution of the name to the last byte (requirement
/// A4.1).
pub const DEADLINE: Duration = Duration::from_secs(5);

/// Sends requests.
pub struct Outbound {
    guard: Guard,
    tls: Arc<ClientConfig>,
    slots: Semaphore,
    deadline: Duration,
}

/// What is accepted as an answer.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// The media types, in lower case, without parameters.
    pub content_types: &'static [&'static str],
    /// The longest body, in bytes.
    pub most_bytes: usize,
}

/// What is sent to somebody.
#[derive(Clone)]
pub struct Post {
    /// Its media type.
    pub content_type: &'static str,
    /// The body.
    pub body: Bytes,
    /// A bearer token of the recipient's own (CIBA §10.2).
    pub bearer: Option<String>,
}

/// Why there is no answer. It is for the log: whoever caused the request must not learn more of it
/// than that it failed.
#[derive(Debug, thiserror::Error)]
pub enum OutboundError {
    /// The body is longer than expected.
    #[error("the answer is longer than {0} bytes")]
    BodyTooLong(usize),
    /// No connection, or it broke, or what came over it is no HTTP.
    #[error("the connection failed: {0}")]
    Connection(String),
    /// Another media type, or a compressed body.
    #[error("the answer is of the type {0:?}, which is not expected")]
    ContentType(String),
    /// The name does not resolve.
    #[error("the name does not resolve: {0}")]
    Name(String),
    /// The request is not sent.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Another status than 200; a redirect is not followed.
    #[error("the answer has the status {0}")]
    Status(StatusCode),
    /// It took too long.
    #[error("there was no answer within {0:?}")]
    TooSlow(Duration),
}

/// The extra certification authorities cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// Nothing in it.
    #[error("there is no certificate in it; it has to be PEM")]
    Empty,
    /// Not PEM, or no certificate.
    #[error("a certificate in it cannot be read: {0}")]
    Malformed(String),
}

impl Outbound {
    /// A client that trusts the public certification authorities (those of Mozilla, as of this
    /// build) and, if there are, those in `authorities` (PEM).
    ///
    /// # Errors
    /// [`AuthorityError`].
    pub fn new(guard: Guard, authorities: Option<&[u8]>) -> Result<Self, AuthorityError> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        if let Some(pem) = authorities {
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let malformed = |why: String| AuthorityError::Malformed(why);
                let certificate = certificate.map_err(|error| malformed(error.to_string()))?;
                roots
                    .add(certificate)
                    .map_err(|error| malformed(error.to_string()))?;
            }
            if roots.len() == before {
                return Err(AuthorityError::Empty);
            }
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| AuthorityError::Malformed(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            guard,
            tls: Arc::new(tls),
            slots: Semaphore::new(AT_ONCE),
            deadline: DEADLINE,
        })
    }

    /// Fetches a document; only an answer of the status 200 is one.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn get(&self, url: &str, expected: Expected) -> Result<Bytes, OutboundError> {
        let mut request = http::Request::new(Bytes::new());
        let types = expected.content_types.join(", ");
        if let Ok(types) = HeaderValue::from_str(&types) {
            request.headers_mut().insert(header::ACCEPT, types);
        }
        let send = self.send(url, request, Some(expected));
        let (status, body) = self.in_time(send).await?;
        match status {
            StatusCode::OK => Ok(body),
            other => Err(OutboundError::Status(other)),
        }
    }

    /// Sends something; the status of the answer, whose body is not looked at.
    ///
    /// # Errors
    /// [`OutboundError`].
    pub async fn post(&self, url: &str, post: Post) -> Result<StatusCode, OutboundError> {
        let mut request = http::Request::new(post.body);
        *request.method_mut() = Method::POST;
        let headers = request.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(post.content_type),
        );
        let bearer = post.bearer.map(|token| format!("Bearer {token}"));
        if let Some(Ok(mut value)) = bearer.map(HeaderValue::try_from) {
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        let (status, _) = self.in_time(self.send(url, request, None)).await?;
        Ok(status)
    }

    async fn in_time<T>(
        &self,
        send: impl Future<Output = Result<T, OutboundError>>,
    ) -> Result<T, OutboundError> {
        let outcome = tokio::time::timeout(self.deadline, async {
            // Closed by nobody; a permit that is not there would let the request through uncounted.
            let _permit = self.slots.acquire().await.map_err(lost)?;
            send.await
        });
        outcome
            .await
            .unwrap_or(Err(OutboundError::TooSlow(self.deadline)))
    }
}

fn lost(error: impl fmt::Display) -> OutboundError {
    OutboundError::Connection(error.to_string())
}

impl fmt::Debug for Outbound {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Outbound")
            .field("guard", &self.guard)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Post")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
