//! `client_secret_post`: identifier and secret in the body (RFC 6749 §2.3.1).

use super::{Credentials, Presented, Refusal};
use crate::{client::AuthenticationMethod, id::Id, secret::Digest};

/// Reads both parameters.
pub(super) fn parse(client_id: Option<&str>, secret: &str) -> Result<Credentials, Refusal> {
    let client = Id::parse(client_id.ok_or(Refusal::Missing)?);
    Ok(Credentials {
        client: client.map_err(|_| Refusal::MalformedIdentifier)?,
        method: AuthenticationMethod::ClientSecretPost,
        presented: Presented::Secret(Digest::of(secret.as_bytes())),
    })
}
