//! What is asked of a lab, as far as it matters who asks for what.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, Method, header};
use serde::Serialize;
use symbolon_wire::config::Config;
use url::form_urlencoded;

use crate::token;

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Endpoint {
    Authorize,
    Backchannel,
    /// At a client: it is told that somebody decided.
    ClientNotification,
    /// At a client: it is told that a session ended.
    ClientLogout,
    Discovery,
    EndSession,
    Introspect,
    Keys,
    /// A page of an interaction.
    Page,
    Par,
    Revoke,
    Token,
    Userinfo,
    /// Everything else.
    Other,
}

impl Endpoint {
    /// What answers at a path below the issuer.
    pub(crate) fn at(path: &str, config: &Config) -> Self {
        let paths = &config.paths;
        let known = [
            (&paths.authorize, Self::Authorize),
            (&paths.backchannel_authentication, Self::Backchannel),
            (&paths.end_session, Self::EndSession),
            (&paths.introspect, Self::Introspect),
            (&paths.keys, Self::Keys),
            (&paths.par, Self::Par),
            (&paths.revoke, Self::Revoke),
            (&paths.token, Self::Token),
            (&paths.userinfo, Self::Userinfo),
        ];
        if let Some((_, endpoint)) = known.into_iter().find(|(own, _)| *own == path) {
            return endpoint;
        }
        if path == "/sign-out" {
            return Self::EndSession;
        }
        const PAGES: [&str; 4] = ["/sign-in/", "/sign-up/", "/choose-account/", "/consent/"];
        if PAGES.iter().any(|page| path.starts_with(page)) {
            return Self::Page;
        }
        if path.starts_with("/.well-known/o") {
            return Self::Discovery;
        }
        Self::Other
    }

    /// Whether a client's software asks here, so that "the next N requests" counts it.
    pub(crate) fn is_protocol(self) -> bool {
        !matches!(self, Self::Page | Self::Other)
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) endpoint: Endpoint,
    pub(crate) method: Method,
    /// Below the issuer.
    pub(crate) path: String,
    /// Whether that was not the address that was asked.
    pub(crate) elsewhere: bool,
    pub(crate) headers: HeaderMap,
    /// Of the query and of a form.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) client: Option<String>,
    /// `sub`, or a username.
    pub(crate) person: Option<String>,
}

impl Asked {
    pub(crate) fn new(
        endpoint: Endpoint,
        path: &str,
        head: &http::request::Parts,
        body: &[u8],
    ) -> Self {
        let mut parameters = pairs(head.uri.query().unwrap_or_default().as_bytes());
        let kind = head.headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("application/x-www-form-urlencoded") {
            parameters.extend(pairs(body));
        }
        let mut asked = Self {
            endpoint,
            method: head.method.clone(),
            path: path.to_owned(),
            elsewhere: false,
            headers: head.headers.clone(),
            parameters,
            client: None,
            person: None,
        };
        let bearer = asked.token_in_header().map(str::to_owned);
        let bearer = bearer.or_else(|| asked.parameter("access_token").map(str::to_owned));
        let claims = bearer.and_then(|token| token::claims(&token));
        let claim = |name: &str| Some(claims.as_ref()?.get(name)?.as_str()?.to_owned());
        asked.person = claim("sub");
        asked.client = basic_user(&head.headers)
            .or_else(|| asked.parameter("client_id").map(str::to_owned))
            .or_else(|| claim("client_id"));
        asked
    }

    /// The value of a parameter.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let (_, value) = self.parameters.iter().find(|(own, _)| own == name)?;
        Some(value)
    }

    /// Whether there is a DPoP proof with another nonce than this, or none.
    pub(crate) fn lacks_nonce(&self, nonce: &str) -> bool {
        let proof = self.headers.get("dpop").map(HeaderValue::to_str);
        let claims = proof.and_then(|proof| token::claims(proof.ok()?));
        claims.is_some_and(|claims| claims.get("nonce").is_none_or(|own| own != nonce))
    }

    /// The access token in the header.
    pub(crate) fn token_in_header(&self) -> Option<&str> {
        let headers = &self.headers;
        authorization(headers, "bearer ").or_else(|| authorization(headers, "dpop "))
    }

    /// The access token, wherever it is.
    pub(crate) fn access_token(&self) -> Option<&str> {
        self.token_in_header()
            .or_else(|| self.parameter("access_token"))
    }

    /// The handle of the interaction whose page this is.
    pub(crate) fn handle(&self) -> Option<&str> {
        (self.endpoint == Endpoint::Page).then(|| self.path.rsplit('/').next().unwrap_or_default())
    }
}

/// The pairs of a query or a form.
pub(crate) fn pairs(encoded: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(encoded).into_owned().collect()
}

/// Pairs as a query or a form has them.
pub(crate) fn encoded(pairs: &[(String, String)]) -> String {
    let mut encoded = form_urlencoded::Serializer::new(String::new());
    encoded.extend_pairs(pairs).finish()
}

fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let is_scheme = value.get(..scheme.len())?.eq_ignore_ascii_case(scheme);
    is_scheme.then(|| value.get(scheme.len()..))?
}

/// RFC 6749 §2.3.1: the name is encoded as in a form.
fn basic_user(headers: &HeaderMap) -> Option<String> {
    let decoded = STANDARD.decode(authorization(headers, "basic ")?).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (name, _) = text.split_once(':')?;
    let (name, _) = form_urlencoded::parse(name.as_bytes()).next()?;
    Some(name.into_owned())
}
