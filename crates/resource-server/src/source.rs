//! The provider, as it is asked over HTTP.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderValue, StatusCode, header};
use reqwest::{Client, RequestBuilder};
use serde::{Deserialize, de::DeserializeOwned};
use symbolon_core::policy::bundle;
use symbolon_jose::{JoseError, VerifyingKeys};
use url::Url;

use crate::{introspection::Answer, snapshot::BundleError};

/// For how long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest answer that is read, but for a bundle, in bytes.
const LONGEST: usize = 1024 * 1024;

/// Where and as whom the provider is asked.
pub struct Source {
    http: Client,
    authorization: HeaderValue,
    bundle: Url,
    introspect: Url,
    keys: Url,
}

/// What a conditional request brings.
#[derive(Debug)]
pub enum Fetched<T> {
    /// What there is now, and what it is called.
    New(T, Option<HeaderValue>),
    /// What there was.
    Same,
}

/// Why the provider gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The policy bundle cannot be used.
    #[error("the policy bundle of the provider is not used: {0}")]
    Bundle(#[from] BundleError),
    /// The keys cannot be used.
    #[error("the JWK set of the provider is not used: {0}")]
    Keys(#[from] JoseError),
    /// The answer is no JSON of the expected form.
    #[error("the {what} of the provider is not understood: {error}")]
    Malformed {
        /// What was asked for.
        what: &'static str,
        /// What is wrong.
        error: serde_json::Error,
    },
    /// The bundle is not there.
    #[error(
        "the provider has no policy for this client: register the API with this audience, and name \
         the audience among the introspects of the client"
    )]
    NoPolicy,
    /// The discovery document is that of another issuer (RFC 8414 §3.3).
    #[error(
        "the discovery document is that of the issuer {found:?}; name that one, or ask elsewhere"
    )]
    OtherIssuer {
        /// Whose it is.
        found: String,
    },
    /// An endpoint is no URL, or not one to send a secret to.
    #[error("the provider names the endpoint {0:?}, which is no https URL")]
    Endpoint(String),
    /// The status is not the one of success.
    #[error("the provider answers {status} when asked for the {what}{hint}")]
    Status {
        /// What was asked for.
        what: &'static str,
        /// The status.
        status: StatusCode,
        /// What to do about it.
        hint: &'static str,
    },
    /// The answer has no end.
    #[error("the {what} of the provider is too long")]
    TooLong {
        /// What was asked for.
        what: &'static str,
    },
    /// No answer.
    #[error("the provider cannot be asked for the {what}: {error}")]
    Unreachable {
        /// What was asked for.
        what: &'static str,
        /// Why not.
        error: reqwest::Error,
    },
}

/// The members of the discovery document that are looked at (RFC 8414 §2).
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
    introspection_endpoint: String,
}

impl Source {
    /// Finds the endpoints of an issuer.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn discover(
        http: Client,
        issuer: &Url,
        text: &str,
        audience: &str,
        (client, secret): (&str, &str),
    ) -> Result<Self, SourceError> {
        const WHAT: &str = "discovery document";
        let request = http.get(format!("{text}/.well-known/openid-configuration"));
        let body = body(WHAT, request, LONGEST).await?;
        let found: Discovery = json(WHAT, &body)?;
        if found.issuer != text {
            return Err(SourceError::OtherIssuer {
                found: found.issuer,
            });
        }
        let endpoint = |address: String| match Url::parse(&address) {
            Ok(url) if url.scheme() == "https" || url.scheme() == issuer.scheme() => Ok(url),
            _ => Err(SourceError::Endpoint(address)),
        };
        let mut bundle = endpoint(format!("{text}/access/v1/policy"))?;
        bundle.query_pairs_mut().append_pair("audience", audience);
        Ok(Self {
            http,
            authorization: basic(client, secret),
            bundle,
            introspect: endpoint(found.introspection_endpoint)?,
            keys: endpoint(found.jwks_uri)?,
        })
    }

    /// The keys that the provider publishes.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn keys(
        &self,
        known: Option<&HeaderValue>,
    ) -> Result<Fetched<VerifyingKeys>, SourceError> {
        const WHAT: &str = "JWK set";
        let request = self.http.get(self.keys.clone());
        match fetch(WHAT, request, known, LONGEST).await? {
            Fetched::Same => Ok(Fetched::Same),
            Fetched::New(body, etag) => {
                let jwks = json(WHAT, &body)?;
                Ok(Fetched::New(VerifyingKeys::from_jwks(&jwks)?, etag))
            }
        }
    }

    /// The signed policy bundle.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn bundle(
        &self,
        known: Option<&HeaderValue>,
    ) -> Result<Fetched<String>, SourceError> {
        const WHAT: &str = "policy bundle";
        let request = self.http.get(self.bundle.clone());
        let request = request.header(header::AUTHORIZATION, self.authorization.clone());
        let fetched = fetch(WHAT, request, known, bundle::LONGEST).await;
        match fetched {
            Ok(Fetched::Same) => Ok(Fetched::Same),
            Ok(Fetched::New(body, etag)) => {
                // What is no text is no JWS either, and is refused as such.
                let text = String::from_utf8_lossy(&body).into_owned();
                Ok(Fetched::New(text, etag))
            }
            Err(SourceError::Status { status, .. }) if status == StatusCode::NOT_FOUND => {
                Err(SourceError::NoPolicy)
            }
            Err(error) => Err(error),
        }
    }

    /// What the provider says about a token (RFC 7662 §2.1).
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn introspect(&self, token: &str) -> Result<Answer, SourceError> {
        const WHAT: &str = "state of a token";
        let request = self.http.post(self.introspect.clone());
        let request = request
            .header(header::AUTHORIZATION, self.authorization.clone())
            .form(&[("token", token)]);
        json(WHAT, &body(WHAT, request, LONGEST).await?)
    }
}

async fn body(
    what: &'static str,
    request: RequestBuilder,
    longest: usize,
) -> Result<Vec<u8>, SourceError> {
    match fetch(what, request, None, longest).await? {
        Fetched::New(body, _) => Ok(body),
        Fetched::Same => Err(SourceError::Status {
            what,
            status: StatusCode::NOT_MODIFIED,
            hint: "",
        }),
    }
}

async fn fetch(
    what: &'static str,
    mut request: RequestBuilder,
    known: Option<&HeaderValue>,
    longest: usize,
) -> Result<Fetched<Vec<u8>>, SourceError> {
    if let Some(known) = known {
        request = request.header(header::IF_NONE_MATCH, known);
    }
    let unreachable = |error| SourceError::Unreachable { what, error };
    let answer = request.timeout(PATIENCE).send().await;
    let mut answer = answer.map_err(unreachable)?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::NOT_MODIFIED if known.is_some() => return Ok(Fetched::Same),
        status => {
            let hint = match status {
                StatusCode::UNAUTHORIZED => "; correct the client id or its secret",
                _ => "",
            };
            return Err(SourceError::Status { what, status, hint });
        }
    }
    let etag = answer.headers().get(header::ETAG).cloned();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > longest {
            return Err(SourceError::TooLong { what });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Fetched::New(body, etag))
}

fn json<T: DeserializeOwned>(what: &'static str, body: &[u8]) -> Result<T, SourceError> {
    serde_json::from_slice(body).map_err(|error| SourceError::Malformed { what, error })
}

/// RFC 6749 §2.3.1: both halves are encoded as in a form, then joined.
fn basic(client: &str, secret: &str) -> HeaderValue {
    let encoded =
        |text: &str| -> String { url::form_urlencoded::byte_serialize(text.as_bytes()).collect() };
    let joined = format!("{}:{}", encoded(client), encoded(secret));
    let value = format!("Basic {}", STANDARD.encode(joined));
    // Base64 is visible ASCII.
    let mut value =
        HeaderValue::try_from(value).unwrap_or_else(|_| HeaderValue::from_static("Basic"));
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_says_who_it_is_as_a_form_would() {
        // RFC 6749 §2.3.1; the secret has a colon, a plus, a percent sign and a letter with dots.
        let header = basic("machine:50%", "se:cret +%&= \u{fc}");
        let expected = STANDARD.encode("machine%3A50%25:se%3Acret+%2B%25%26%3D+%C3%BC");
        assert_eq!(header, format!("Basic {expected}"));
        assert!(header.is_sensitive());
    }
}
