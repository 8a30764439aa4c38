//! Encryption as the product does not do it: under algorithms that it rightly does not have.
#![doc(alias = "RFC 7516")]

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{
    bn::BigNum,
    error::ErrorStack,
    pkey::Public,
    rsa::{Padding, Rsa},
    symm::{Cipher, encrypt_aead},
};
use serde_json::{Value, json};

/// How the content key is encrypted.
#[derive(Clone, Copy)]
pub(crate) enum KeyWay {
    /// RSA-OAEP (RFC 7518 §4.3).
    Oaep,
    /// RSA1_5 (RFC 7518 §4.2).
    Rsa15,
}

/// A token in an envelope with A256GCM, for a public RSA key.
///
/// # Errors
/// When the library has none.
pub(crate) fn nested(
    token: &str,
    way: KeyWay,
    recipient: &Rsa<Public>,
    random: &[u8; 44],
) -> Result<String, ErrorStack> {
    let (content_key, vector) = random.split_at(32);
    let (alg, padding) = match way {
        KeyWay::Oaep => ("RSA-OAEP", Padding::PKCS1_OAEP),
        KeyWay::Rsa15 => ("RSA1_5", Padding::PKCS1),
    };
    let header = json!({ "alg": alg, "enc": "A256GCM", "cty": "JWT" }).to_string();
    let header = URL_SAFE_NO_PAD.encode(header);
    let mut wrapped = vec![0; usize::try_from(recipient.size()).unwrap_or_default()];
    let length = recipient.public_encrypt(content_key, &mut wrapped, padding)?;
    wrapped.truncate(length);
    let mut tag = [0; 16];
    let text = encrypt_aead(
        Cipher::aes_256_gcm(),
        content_key,
        Some(vector),
        header.as_bytes(),
        token.as_bytes(),
        &mut tag,
    )?;
    let parts = [&wrapped[..], vector, &text, &tag].map(|part| URL_SAFE_NO_PAD.encode(part));
    Ok(format!("{header}.{}", parts.join(".")))
}

/// The public RSA key of a JWK.
pub(crate) fn recipient(jwk: &Value) -> Option<Rsa<Public>> {
    let number = |name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok()?;
        BigNum::from_slice(&bytes).ok()
    };
    Rsa::from_public_components(number("n")?, number("e")?).ok()
}
