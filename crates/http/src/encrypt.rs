//! Encrypting for a client, with the key that it registered or publishes.

use symbolon_core::{client::Client, encryption::Encryption};

use crate::{failure::Failure, provider::Provider};

/// The `cty` of what is encrypted after it was signed (RFC 7519 §5.2).
const NESTED: &str = "JWT";

/// A signed token, encrypted if the client wants that.
///
/// # Errors
/// When the client's key cannot be had.
pub async fn nested(
    provider: &Provider,
    client: &Client,
    how: Option<Encryption>,
    token: String,
) -> Result<String, Failure> {
    match how {
        None => Ok(token),
        Some(how) => encrypt(provider, client, how, Some(NESTED), token.as_bytes()).await,
    }
}

/// Something, encrypted.
///
/// # Errors
/// When the client's key cannot be had.
pub async fn encrypt(
    provider: &Provider,
    client: &Client,
    how: Encryption,
    content_type: Option<&str>,
    content: &[u8],
) -> Result<String, Failure> {
    let key = provider.client_keys.encrypting(client, how.key).await;
    let missing = || Failure::EncryptionKeyMissing(client.id.clone(), how.key.as_str());
    Ok(key
        .ok_or_else(missing)?
        .encrypt(how, content_type, content)?)
}
