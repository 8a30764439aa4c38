//! Signed authorization responses (JARM): the parameters of an answer as the claims of a token.
#![doc(alias = "JARM")]

use serde::Serialize;
use serde_json::{Map, Value};

use super::redirect::ProvenRedirect;
use crate::{
    client::Client,
    id::Id,
    time::{Lifetime, Timestamp},
};

/// The one parameter of a signed answer (JARM §2.3).
pub const PARAMETER: &str = "response";

/// The `typ` of a signed answer. JARM names none; what keeps it from being taken for an ID token is
/// that it has no `sub`.
pub const TYPE: &str = "JWT";

/// How long a browser may take to carry an answer (JARM §2.1: ten minutes at the most).
const LIFETIME: Lifetime = Lifetime::from_seconds(120);

/// The claims of a signed answer (JARM §2.1).
#[derive(Debug, Serialize)]
pub struct SignedResponse<'a> {
    iss: &'a str,
    aud: &'a Id<Client>,
    exp: Timestamp,
    #[serde(flatten)]
    parameters: Map<String, Value>,
}

impl<'a> SignedResponse<'a> {
    /// An answer to a client.
    pub fn new(
        issuer: &'a str,
        client: &'a Client,
        redirect: &ProvenRedirect,
        parameters: &[(&'static str, &str)],
        now: Timestamp,
    ) -> Self {
        let state = redirect.state().map(|state| ("state", state));
        let parameters = parameters.iter().copied().chain(state);
        Self {
            iss: issuer,
            aud: &client.id,
            exp: now.plus(LIFETIME),
            parameters: parameters
                .map(|(name, value)| (name.to_owned(), Value::from(value)))
                .collect(),
        }
    }
}
