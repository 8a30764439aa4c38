//! A public key that is parsed once and verifies many signatures.
//!
//! `josekit` reads the JWK, `aws-lc-rs` keeps the key. What is checked here: the type and length
//! of each member, the size of an RSA key, the use that the key is declared for, and that a public
//! key is all there is.

use aws_lc_rs::signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use serde_json::Value;
use symbolon_core::algorithm::Algorithm;

use crate::error::JoseError;
use crate::jwk::{self, Members};

/// One key for one algorithm.
pub(crate) struct PublicKey {
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl PublicKey {
    /// Reads a JWK. An RSA key that names no algorithm fits two of them, and comes as two keys.
    pub(crate) fn from_jwk(jwk: &Value) -> Result<Vec<Self>, JoseError> {
        let private = has_private_member(jwk);
        let members = jwk
            .as_object()
            .ok_or(JoseError::jwk("it is not a JSON object"))?;
        let jwk = Jwk::from_map(members.clone())
            .map_err(|_| JoseError::jwk("a member is absent or of the wrong type"))?;
        // RFC 7517 §4.2, §4.3
        if jwk.key_use().is_some_and(|declared| declared != "sig")
            || !jwk.is_for_key_operation("verify")
        {
            return Err(JoseError::jwk(
                "use or key_ops do not allow to verify with it",
            ));
        }
        // Whoever publishes a private key has lost it.
        if private {
            return Err(JoseError::jwk(
                "it has private members: publish the public ones alone, and replace the key",
            ));
        }
        let declared = jwk.algorithm().map(Algorithm::try_from).transpose()?;
        algorithms(&jwk, declared)?
            .iter()
            .map(|algorithm| {
                Ok(Self {
                    algorithm: *algorithm,
                    key: parse(&jwk, *algorithm)?,
                })
            })
            .collect()
    }

    /// The only algorithm that this key verifies.
    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's signature of `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(message, signature).is_ok()
    }
}

/// Whether a JWK has a member that nobody but its owner may know.
pub(crate) fn has_private_member(jwk: &Value) -> bool {
    PRIVATE_MEMBERS.iter().any(|name| jwk.get(name).is_some())
}

/// The algorithms that a key can be used with: what its kind allows, narrowed by what it declares.
pub(crate) fn algorithms(
    jwk: &Jwk,
    declared: Option<Algorithm>,
) -> Result<&'static [Algorithm], JoseError> {
    let kind: &[Algorithm] = match (jwk.key_type(), jwk.curve()) {
        ("RSA", _) => &[Algorithm::RS256, Algorithm::PS256],
        ("EC", Some("P-256")) => &[Algorithm::ES256],
        ("EC", _) => return Err(JoseError::jwk("crv has to be P-256 for kty EC")),
        ("OKP", Some("Ed25519")) => &[Algorithm::EdDSA],
        ("OKP", _) => return Err(JoseError::jwk("crv has to be Ed25519 for kty OKP")),
        _ => return Err(JoseError::jwk("kty has to be RSA, EC or OKP")),
    };
    let Some(algorithm) = declared else {
        return Ok(kind);
    };
    let place = kind.iter().position(|fitting| *fitting == algorithm);
    match place {
        Some(place) => Ok(&kind[place..=place]),
        None => Err(JoseError::AlgorithmDoesNotFit {
            algorithm,
            needs: match algorithm {
                Algorithm::RS256 | Algorithm::PS256 => "needs kty RSA",
                Algorithm::ES256 => "needs kty EC with crv P-256",
                Algorithm::EdDSA => "needs kty OKP with crv Ed25519",
            },
        }),
    }
}

/// The members of a key for `algorithm`.
pub(crate) fn members(algorithm: Algorithm) -> &'static Members {
    match algorithm {
        Algorithm::RS256 | Algorithm::PS256 => &jwk::RSA,
        Algorithm::ES256 => &jwk::EC,
        Algorithm::EdDSA => &jwk::OKP,
    }
}

/// Every private member there is: those of [`Members`], further primes (RFC 7518 §6.3.2.7) and the secret
/// of a symmetric key (§6.4.1).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "dp", "dq", "k", "oth", "p", "q", "qi"];

/// The length of a coordinate and of a private key on P-256 (RFC 7518 §6.2.1.2, §6.2.2.1), and of
/// a point and of a seed on Ed25519 (RFC 8032 §5.1.5), in bytes.
const COORDINATE_BYTES: usize = 32;

/// Below, a key is too weak (RFC 7518 §3.3); above, verifying with it is a burden.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

fn parse(jwk: &Jwk, algorithm: Algorithm) -> Result<ParsedPublicKey, JoseError> {
    match algorithm {
        Algorithm::RS256 => parse_rsa(jwk, &signature::RSA_PKCS1_2048_8192_SHA256),
        Algorithm::PS256 => parse_rsa(jwk, &signature::RSA_PSS_2048_8192_SHA256),
        Algorithm::ES256 => ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point(jwk)?)
            .map_err(|_| JoseError::rejected("x and y are not a point of P-256")),
        Algorithm::EdDSA => ParsedPublicKey::new(&signature::ED25519, coordinate(jwk, "x")?)
            .map_err(|_| JoseError::rejected("x is not a key of Ed25519")),
    }
}

fn parse_rsa(jwk: &Jwk, parameters: &'static RsaParameters) -> Result<ParsedPublicKey, JoseError> {
    let n = unsigned(jwk, "n")?;
    let e = unsigned(jwk, "e")?;
    check_rsa(&n, &e)?;
    RsaPublicKeyComponents { n, e }
        .to_parsed_public_key(parameters)
        .map_err(|_| JoseError::rejected("n and e are not an RSA key"))
}

/// Whether a modulus and an exponent, both without leading zeros, are those of a good key.
pub(crate) fn check_rsa(n: &[u8], e: &[u8]) -> Result<(), JoseError> {
    let bits = n.len() * 8 - n.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if !RSA_BITS.contains(&bits) {
        return Err(JoseError::rejected(
            "an RSA key has to have 2048 to 8192 bits",
        ));
    }
    // With e = 1 everything is its own signature, and an even e has no inverse.
    if e == [1] || e.last().is_none_or(|byte| byte % 2 == 0) {
        return Err(JoseError::rejected("e has to be odd and greater than 1"));
    }
    Ok(())
}

/// The public point of an `EC` key in the uncompressed form of SEC 1 §2.3.3.
pub(crate) fn point(jwk: &Jwk) -> Result<Vec<u8>, JoseError> {
    let mut point = vec![4];
    point.extend(coordinate(jwk, "x")?);
    point.extend(coordinate(jwk, "y")?);
    Ok(point)
}

/// `x`, `y`, or the `d` that is as long as they are.
pub(crate) fn coordinate(jwk: &Jwk, name: &str) -> Result<Vec<u8>, JoseError> {
    let bytes = decode(jwk, name)?;
    if bytes.len() != COORDINATE_BYTES {
        return Err(JoseError::jwk(
            "x, y and d have to be 32 bytes long for this kty",
        ));
    }
    Ok(bytes)
}

/// A number without leading zeros. RFC 7518 §2 forbids them, and §6.3.1.1 knows that they occur.
pub(crate) fn unsigned(jwk: &Jwk, name: &str) -> Result<Vec<u8>, JoseError> {
    let mut bytes = decode(jwk, name)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.drain(..zeros);
    Ok(bytes)
}

/// The bytes of a member.
pub(crate) fn decode(jwk: &Jwk, name: &str) -> Result<Vec<u8>, JoseError> {
    let text = jwk
        .parameter(name)
        .and_then(Value::as_str)
        .ok_or(JoseError::jwk(
            "a member that the kty requires is absent or no string",
        ))?;
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|_| JoseError::jwk("a member is not base64url without padding"))
}
