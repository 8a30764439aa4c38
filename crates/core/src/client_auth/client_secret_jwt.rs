//! `client_secret_jwt`: an assertion under a MAC whose key is the client secret (OIDC Core §9).
//!
//! A digest of the secret is not enough to check it, so for clients that register this method, and
//! for no others, the secret itself is kept, sealed under the key-encryption key (requirement A3.3).
//! Its key is the secret and nothing else: never a public key, whatever the client registered
//! beside it, so a public key cannot be passed off as a secret.

use super::assertion::SigningAlgorithm;
use crate::{
    client::{Client, StoredSecret},
    time::Timestamp,
};

/// The shortest secret, in bytes: as long as the digest (RFC 7518 §3.2).
pub const SHORTEST_SECRET: usize = 32;

/// Whether the client may sign its assertions so.
pub fn is_permitted(client: &Client) -> bool {
    matches!(
        client.metadata.token_endpoint_auth_signing_alg,
        None | Some(SigningAlgorithm::Hs256)
    )
}

/// The secrets that are good now and are kept sealed; several while one is rotated.
pub fn secrets(client: &Client, now: Timestamp) -> impl Iterator<Item = (&StoredSecret, &[u8])> {
    let current = move |secret: &&StoredSecret| secret.is_current(now);
    let sealed = |secret| Some((secret, StoredSecret::sealed(secret)?));
    client.secrets.iter().filter(current).filter_map(sealed)
}
