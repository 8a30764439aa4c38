//! A private key that is parsed once and signs many times.
//!
//! `josekit` makes and reads the JWK; what signs is `aws-lc-rs`, for all four algorithms.

use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeyPairComponents, PublicKeyComponents};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256,
    RSA_PSS_SHA256, RsaSignatureEncoding,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use josekit::jwk::Jwk;
use josekit::jwk::alg::ec::EcCurve;
use josekit::jwk::alg::ed::EdCurve;
use symbolon_core::algorithm::Algorithm;
use zeroize::Zeroizing;

use crate::error::JoseError;
use crate::public_key::{coordinate, decode, point};

/// A parsed key with all that signing needs.
pub(crate) enum PrivateKey {
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair, &'static RsaSignatureEncoding),
}

/// The size of the RSA keys that are made here, in bits. RFC 7518 §3.3 asks for this or more;
/// each step up makes signing several times slower.
pub(crate) const RSA_BITS: u32 = 2048;

/// The longest signature there is: RSA with 8192 bits.
const LONGEST_SIGNATURE_BYTES: usize = 1024;

/// A new key pair as a JWK, with private members and without `alg`, `kid` and `use`.
pub(crate) fn generate(algorithm: Algorithm) -> Result<Jwk, JoseError> {
    match algorithm {
        Algorithm::RS256 | Algorithm::PS256 => Jwk::generate_rsa_key(RSA_BITS),
        Algorithm::ES256 => Jwk::generate_ec_key(EcCurve::P256),
        Algorithm::EdDSA => Jwk::generate_ed_key(EdCurve::Ed25519),
    }
    .map_err(|_| JoseError::GenerationFailed { algorithm })
}

impl PrivateKey {
    /// Reads a private JWK for `algorithm`, which its `kty` and `crv` have to fit already.
    ///
    /// The members go straight to the library, which refuses a private key that its public members
    /// do not belong to. The key pairs of josekit are not asked: reading an `EC` key whose `d` is
    /// too long, they panic.
    pub(crate) fn from_jwk(jwk: &Jwk, algorithm: Algorithm) -> Result<Self, JoseError> {
        let refused = |_| {
            JoseError::rejected("its members contradict each other, are out of range or too small")
        };
        match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => {
                let private = |name| decode(jwk, name).map(Zeroizing::new);
                let key = RsaKeyPair::from_components(&KeyPairComponents {
                    public_key: PublicKeyComponents {
                        n: Zeroizing::new(decode(jwk, "n")?),
                        e: Zeroizing::new(decode(jwk, "e")?),
                    },
                    d: private("d")?,
                    p: private("p")?,
                    q: private("q")?,
                    dP: private("dp")?,
                    dQ: private("dq")?,
                    qInv: private("qi")?,
                });
                let encoding = match algorithm {
                    Algorithm::PS256 => &RSA_PSS_SHA256,
                    _ => &RSA_PKCS1_SHA256,
                };
                Ok(Self::Rsa(key.map_err(refused)?, encoding))
            }
            Algorithm::ES256 => EcdsaKeyPair::from_private_key_and_public_key(
                &ECDSA_P256_SHA256_FIXED_SIGNING,
                &Zeroizing::new(coordinate(jwk, "d")?),
                &point(jwk)?,
            )
            .map(Self::Ecdsa)
            .map_err(refused),
            Algorithm::EdDSA => Ed25519KeyPair::from_seed_and_public_key(
                &Zeroizing::new(coordinate(jwk, "d")?),
                &coordinate(jwk, "x")?,
            )
            .map(Self::Ed25519)
            .map_err(refused),
        }
    }

    /// How long a signature is, in bytes, before it is encoded.
    pub(crate) fn signature_bytes(&self) -> usize {
        match self {
            Self::Ecdsa(_) | Self::Ed25519(_) => 64,
            Self::Rsa(key, _) => key.public_modulus_len(),
        }
    }

    /// Signs what `token` holds, and appends the signature as base64url after a dot.
    pub(crate) fn append_signature(&self, token: &mut String) -> Result<(), Unspecified> {
        let append = |signature: &[u8], token: &mut String| {
            token.push('.');
            URL_SAFE_NO_PAD.encode_string(signature, token);
        };
        match self {
            Self::Ecdsa(key) => {
                let signature = key.sign(&SystemRandom::new(), token.as_bytes())?;
                append(signature.as_ref(), token);
            }
            Self::Ed25519(key) => {
                let signature = key.try_sign(token.as_bytes())?;
                append(signature.as_ref(), token);
            }
            Self::Rsa(key, encoding) => {
                let mut buffer = [0; LONGEST_SIGNATURE_BYTES];
                let signature = buffer
                    .get_mut(..key.public_modulus_len())
                    .ok_or(Unspecified)?;
                key.sign(*encoding, &SystemRandom::new(), token.as_bytes(), signature)?;
                append(signature, token);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    /// Signs what stands before the last dot of a vector, which has to give the vector again.
    fn sign_again(jwk: &str, token: &str, algorithm: Algorithm) -> String {
        let jwk = Jwk::from_bytes(jwk).unwrap();
        let key = PrivateKey::from_jwk(&jwk, algorithm).unwrap();
        let mut again = token.rsplit_once('.').unwrap().0.to_owned();
        key.append_signature(&mut again).unwrap();
        again
    }

    #[test]
    fn rfc_7515_a2_the_rs256_example_is_signed_bit_by_bit() {
        let token = include_str!("../tests/vectors/rfc7515-a2.jws").trim();
        let jwk = include_str!("../tests/vectors/rfc7515-a2.jwk.json");
        assert_eq!(sign_again(jwk, token, Algorithm::RS256), token);
    }

    #[test]
    fn rfc_8037_a4_the_ed25519_example_is_signed_bit_by_bit() {
        let token = include_str!("../tests/vectors/rfc8037-a.jws").trim();
        let jwk = include_str!("../tests/vectors/rfc8037-a.jwk.json");
        assert_eq!(sign_again(jwk, token, Algorithm::EdDSA), token);
    }

    #[test]
    fn a_signature_is_as_long_as_it_says_and_new_each_time_where_it_draws_randomness() {
        for (algorithm, bytes, random) in [
            (Algorithm::RS256, 256, false),
            (Algorithm::PS256, 256, true),
            (Algorithm::ES256, 64, true),
            (Algorithm::EdDSA, 64, false),
        ] {
            let key = PrivateKey::from_jwk(&generate(algorithm).unwrap(), algorithm).unwrap();
            assert_eq!(key.signature_bytes(), bytes);
            let [one, other] = [(); 2].map(|()| {
                let mut token = String::from("x");
                key.append_signature(&mut token).unwrap();
                token
            });
            assert_eq!(URL_SAFE_NO_PAD.decode(&one[2..]).unwrap().len(), bytes);
            assert_eq!(one != other, random);
        }
    }
}
