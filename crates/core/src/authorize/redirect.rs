//! A place to answer to, and the parameters of an answer.

use super::{refusal::PageRefusal, response_mode::ResponseMode};
use crate::{client::Client, parameters::Parameters};

/// A place that the client registered, and how to answer there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenRedirect {
    pub(super) uri: String,
    pub(super) mode: ResponseMode,
    pub(super) state: Option<String>,
}

impl ProvenRedirect {
    /// Where to answer. Exact match (requirement A1.1), and named even if only one is registered
    /// (OIDC Core §3.1.2.1).
    ///
    /// # Errors
    /// [`PageRefusal`].
    pub fn of(client: &Client, parameters: &Parameters) -> Result<Self, PageRefusal> {
        if client.disabled_at.is_some() {
            return Err(PageRefusal::ClientDisabled);
        }
        let uri = parameters
            .once("redirect_uri")
            .map_err(|_| PageRefusal::RedirectUriRepeated)?;
        let uri = uri.ok_or(PageRefusal::RedirectUriMissing)?;
        if !client
            .metadata
            .redirect_uris
            .iter()
            .any(|registered| registered.matches(uri))
        {
            return Err(PageRefusal::RedirectUriUnregistered);
        }
        Ok(Self {
            uri: uri.to_owned(),
            mode: ResponseMode::of(parameters),
            state: parameters.value("state").map(str::to_owned),
        })
    }

    /// The client's URI.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// How to answer.
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// The request's `state`, to be repeated as it came.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The parameters of an answer: these, then `state` as it came, then `iss` (RFC 9207 §2;
    /// requirement A1.8).
    pub fn answer<'a>(
        &'a self,
        parameters: &[(&'static str, &'a str)],
        issuer: &'a str,
    ) -> Vec<(&'static str, &'a str)> {
        let state = self.state().map(|state| ("state", state));
        parameters
            .iter()
            .copied()
            .chain(state)
            .chain([("iss", issuer)])
            .collect()
    }
}
