//! JWK thumbprint: the name of a key that follows from the key.
//!
//! The rule: SHA-256 over the members that make the key what it is, and no others, in
//! lexicographic order, without white space, encoded as base64url. RFC 7638 §3. Whatever else a
//! JWK says about itself (`kid`, `alg`, `use`) does not change its thumbprint.
//!
//! The members stand in the order of the fields below: the order of a JSON map depends on how the
//! JSON library was built, and cannot be relied on.
//!
//! Left out: thumbprints of symmetric keys (`oct`), which would be a digest of a secret.
#![doc(alias = "RFC 7638")]

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::Value;

use crate::error::JoseError;

/// The SHA-256 thumbprint of a public or private JWK: 43 characters of base64url.
///
/// # Errors
/// [`JoseError::JwkMalformed`] when `kty` is not `RSA`, `EC` or `OKP`, or a required member is
/// absent or no string. The values are not checked: a thumbprint does not prove that the key works.
pub fn thumbprint(jwk: &Value) -> Result<String, JoseError> {
    let member = |name: &str, problem| {
        jwk.get(name)
            .and_then(Value::as_str)
            .ok_or(JoseError::JwkMalformed { problem })
    };
    let kty = member("kty", "kty is absent or no string")?;
    match kty {
        "RSA" => digest_of(&Rsa {
            e: member("e", "e is absent or no string")?,
            kty,
            n: member("n", "n is absent or no string")?,
        }),
        "EC" => digest_of(&EllipticCurve {
            crv: member("crv", "crv is absent or no string")?,
            kty,
            x: member("x", "x is absent or no string")?,
            y: member("y", "y is absent or no string")?,
        }),
        // RFC 8037 §2
        "OKP" => digest_of(&OctetKeyPair {
            crv: member("crv", "crv is absent or no string")?,
            kty,
            x: member("x", "x is absent or no string")?,
        }),
        _ => Err(JoseError::jwk("kty is not RSA, EC or OKP")),
    }
}

// RFC 7638 §3.2: the required members of each kind, in lexicographic order.

#[derive(Serialize)]
struct EllipticCurve<'a> {
    crv: &'a str,
    kty: &'a str,
    x: &'a str,
    y: &'a str,
}

#[derive(Serialize)]
struct OctetKeyPair<'a> {
    crv: &'a str,
    kty: &'a str,
    x: &'a str,
}

#[derive(Serialize)]
struct Rsa<'a> {
    e: &'a str,
    kty: &'a str,
    n: &'a str,
}

fn digest_of(members: &impl Serialize) -> Result<String, JoseError> {
    let json = serde_json::to_vec(members).map_err(JoseError::PayloadUnwritable)?;
    Ok(URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &json)))
}
