//! What the endpoints answer that a client calls itself.

use reqwest::StatusCode;
use reqwest::header::{CACHE_CONTROL, HeaderMap};
use serde_json::Value;

/// What an endpoint answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, or null when that is no JSON.
    pub json: Value,
}

/// A successful answer of the token endpoint.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The access token.
    pub access_token: String,
    /// The refresh token, when there is one.
    pub refresh_token: Option<String>,
    /// The id token, when there is one.
    pub id_token: Option<String>,
    /// The whole answer.
    pub json: Value,
}

impl Answer {
    /// Sends a request and reads what comes.
    ///
    /// # Panics
    /// When nothing comes.
    pub async fn to(request: reqwest::RequestBuilder) -> Self {
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("no answer: {error:?}"));
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response
            .bytes()
            .await
            .unwrap_or_else(|error| panic!("half: {error:?}"));
        Self {
            status,
            headers,
            json: serde_json::from_slice(&body).unwrap_or_default(),
        }
    }

    /// The error code: empty when there is none.
    pub fn error(&self) -> &str {
        self.json["error"].as_str().unwrap_or_default()
    }

    /// A header as text: empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The tokens.
    ///
    /// # Panics
    /// When this is an error, or not what RFC 6749 §5.1 says of a successful answer.
    pub fn tokens(&self) -> Tokens {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        assert_eq!(self.header(CACHE_CONTROL.as_str()), "no-store", "{self:?}");
        assert_eq!(self.json["token_type"], "Bearer", "{self:?}");
        let text = |name: &str| self.json[name].as_str().map(str::to_owned);
        Tokens {
            access_token: text("access_token").unwrap_or_else(|| panic!("no token in {self:?}")),
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
            json: self.json.clone(),
        }
    }
}

impl Tokens {
    /// The refresh token.
    ///
    /// # Panics
    /// When there is none.
    pub fn refresh_token(&self) -> &str {
        self.refresh_token
            .as_deref()
            .unwrap_or_else(|| panic!("no refresh token: {}", self.json))
    }

    /// The id token.
    ///
    /// # Panics
    /// When there is none.
    pub fn id_token(&self) -> &str {
        self.id_token
            .as_deref()
            .unwrap_or_else(|| panic!("no id token: {}", self.json))
    }
}
