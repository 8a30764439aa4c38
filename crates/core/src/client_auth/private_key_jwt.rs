//! `private_key_jwt`: an assertion that the client signs with its own key, whose public half is in
//! `jwks` or at `jwks_uri` (OIDC Core §9, RFC 7523 §2.2).
//!
//! Keys come from the registration alone: what the token brings along (`jwk`, `jku`, `x5c`, `x5u`)
//! is not looked at, and its `kid` is looked up in that client's keys and nowhere else.

use super::assertion::SigningAlgorithm;
use crate::{algorithm::Algorithm, client::Client};

/// The algorithms that the client may sign its assertions with.
pub fn algorithms(client: &Client) -> &'static [Algorithm] {
    match client.metadata.token_endpoint_auth_signing_alg {
        None => client.accepted_algorithms(None),
        Some(SigningAlgorithm::Hs256) => &[],
        Some(SigningAlgorithm::Signature(registered)) => {
            client.accepted_algorithms(Some(registered))
        }
    }
}
