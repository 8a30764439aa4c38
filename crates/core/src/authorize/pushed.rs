//! Pushed authorization requests: the client hands in the parameters itself, and the browser only
//! carries a reference to them.
//!
//! A reference is good for one answer. The first browser that comes with it has it from then on, and
//! may come again (people reload pages; RFC 9126 §7.3) until the request was answered; whoever comes
//! from elsewhere, later, or for another client is turned away (requirement A3.8).
#![doc(alias = "RFC 9126")]

use super::source::Refusal;
use crate::{
    client::Client,
    dpop::Thumbprint,
    id::Id,
    parameters::Parameters,
    secret::{RequestUri, Secret},
    time::Timestamp,
};

/// How a reference begins (RFC 9126 §2.2).
pub const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// What says who the client is, and is no part of its request.
const CREDENTIALS: [&str; 3] = ["client_secret", "client_assertion", "client_assertion_type"];

/// A request that waits for the browser.
#[derive(Clone, Debug)]
pub struct PushedRequest {
    /// Whose it is.
    pub client: Id<Client>,
    /// What it says.
    pub parameters: Parameters,
    /// Until when the browser may come with it.
    pub expires_at: Timestamp,
    /// The browser that came with it, by its binding.
    pub browser: Option<String>,
    /// When it was answered.
    pub used_at: Option<Timestamp>,
}

impl PushedRequest {
    /// A new one.
    pub fn new(client: &Client, parameters: Parameters, expires_at: Timestamp) -> Self {
        Self {
            client: client.id.clone(),
            parameters,
            expires_at,
            browser: None,
            used_at: None,
        }
    }

    /// The parameters, for a browser that comes with the reference. Whether it is the first one,
    /// storage decides.
    ///
    /// # Errors
    /// [`Refusal::ReferenceInvalid`], whatever the reason: nobody learns of another client's
    /// requests.
    pub fn open(self, client: &Client, now: Timestamp) -> Result<Parameters, Refusal> {
        let good = self.client == client.id && now < self.expires_at && self.used_at.is_none();
        if good {
            Ok(self.parameters)
        } else {
            Err(Refusal::ReferenceInvalid)
        }
    }
}

/// The reference of a request.
pub fn reference(token: &Secret<RequestUri>) -> String {
    format!("{URN}{}", token.expose())
}

/// What is kept of the parameters that were pushed: not what proves who pushed them. The client is
/// the one that authenticated, however it did.
pub fn kept(client: &Client, parameters: &Parameters) -> Parameters {
    let own = ("client_id".to_owned(), client.id.as_str().to_owned());
    let others = parameters
        .pairs()
        .iter()
        .filter(|(name, _)| name != "client_id" && !CREDENTIALS.contains(&name.as_str()));
    Parameters::from_pairs([own].into_iter().chain(others.cloned()))
}

/// The parameters with the key that their client proved to have when it pushed them: as if it had
/// sent `dpop_jkt` (RFC 9449 §10.1).
///
/// # Errors
/// [`Refusal::KeyOther`] when `dpop_jkt` is there and names another key.
pub fn bound(parameters: Parameters, key: Option<Thumbprint>) -> Result<Parameters, Refusal> {
    let Some(key) = key.map(|key| key.to_text()) else {
        return Ok(parameters);
    };
    match parameters.value("dpop_jkt") {
        Some(asked) if asked == key => Ok(parameters),
        Some(_) => Err(Refusal::KeyOther),
        None => {
            let pairs = parameters.pairs().iter().cloned();
            Ok(Parameters::from_pairs(
                pairs.chain([("dpop_jkt".to_owned(), key)]),
            ))
        }
    }
}
