//! Keys that follow from the seed, marked as a lab's in their `kid`.
//!
//! What signs for the lab itself is not `symbolon-jose`, which rightly has no way to sign under a
//! header of one's choice: a lab has to.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use openssl::{
    asn1::Asn1Time,
    bn::{BigNum, BigNumContext, BigNumRef},
    ec::{EcGroup, EcKey, EcPoint},
    ecdsa::EcdsaSig,
    error::ErrorStack,
    hash::MessageDigest,
    nid::Nid,
    pkey::{Id, PKey, Private},
    rsa::{Padding, RsaPrivateKeyBuilder},
    sign::{RsaPssSaltlen, Signer},
    x509::{X509Builder, X509NameBuilder},
};
use serde_json::{Map, Value, json};
use symbolon_core::algorithm::Algorithm;

use crate::seed::Seed;

/// The public exponent of every RSA key.
const EXPONENT: u32 = 65_537;

/// A private key.
pub(crate) struct LabKey {
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    private: PKey<Private>,
    jwk: Map<String, Value>,
}

impl LabKey {
    /// The key of this number. Some ten milliseconds of work for RSA.
    ///
    /// # Errors
    /// When the library has none.
    pub(crate) fn make(seed: &Seed, algorithm: Algorithm, number: u32) -> Result<Self, ErrorStack> {
        let kid = format!("lab-{}-{number}", algorithm.as_str().to_lowercase());
        let (private, mut jwk) = match algorithm {
            Algorithm::RS256 | Algorithm::PS256 => rsa(seed, number)?,
            Algorithm::ES256 => p256(seed, number)?,
            Algorithm::EdDSA => ed25519(seed, number)?,
        };
        jwk.insert("kid".to_owned(), kid.clone().into());
        jwk.insert("alg".to_owned(), algorithm.as_str().into());
        jwk.insert("use".to_owned(), "sig".into());
        Ok(Self {
            kid,
            algorithm,
            private,
            jwk,
        })
    }

    /// The same key for the other algorithm of RSA, which costs nothing.
    pub(crate) fn under(&self, algorithm: Algorithm, number: u32) -> Self {
        let kid = format!("lab-{}-{number}", algorithm.as_str().to_lowercase());
        let mut jwk = self.jwk.clone();
        jwk.insert("kid".to_owned(), kid.clone().into());
        jwk.insert("alg".to_owned(), algorithm.as_str().into());
        Self {
            kid,
            algorithm,
            private: self.private.clone(),
            jwk,
        }
    }

    /// All members.
    pub(crate) fn private_jwk(&self) -> String {
        Value::Object(self.jwk.clone()).to_string()
    }

    /// The members that are published.
    pub(crate) fn public_jwk(&self) -> Value {
        let public = ["kty", "kid", "alg", "use", "n", "e", "crv", "x", "y"];
        let own = self.jwk.iter();
        let own = own.filter(|(name, _)| public.contains(&name.as_str()));
        Value::Object(
            own.map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    }

    /// The public half in PEM.
    ///
    /// # Errors
    /// When the library has none.
    pub(crate) fn public_pem(&self) -> Result<Vec<u8>, ErrorStack> {
        self.private.public_key_to_pem()
    }

    /// A certificate of this key for a name, signed by itself, in PEM.
    ///
    /// # Errors
    /// When the library has none.
    pub(crate) fn certificate(&self, name: &str, now: i64) -> Result<Vec<u8>, ErrorStack> {
        let mut subject = X509NameBuilder::new()?;
        subject.append_entry_by_text("CN", name)?;
        let subject = subject.build();
        let mut certificate = X509Builder::new()?;
        certificate.set_version(2)?;
        certificate.set_subject_name(&subject)?;
        certificate.set_issuer_name(&subject)?;
        certificate.set_not_before(&*Asn1Time::from_unix(now)?)?;
        certificate.set_not_after(&*Asn1Time::from_unix(now.saturating_add(86_400))?)?;
        certificate.set_pubkey(&self.private)?;
        certificate.sign(&self.private, MessageDigest::sha256())?;
        certificate.build().to_pem()
    }

    /// The signature over `input` (RFC 7515 §5.1).
    ///
    /// # Errors
    /// When the library has none.
    pub(crate) fn sign(&self, input: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        match self.algorithm {
            Algorithm::EdDSA => {
                Signer::new_without_digest(&self.private)?.sign_oneshot_to_vec(input)
            }
            Algorithm::ES256 => {
                let mut signer = Signer::new(MessageDigest::sha256(), &self.private)?;
                let signature = EcdsaSig::from_der(&signer.sign_oneshot_to_vec(input)?)?;
                let mut both = signature.r().to_vec_padded(32)?;
                both.extend(signature.s().to_vec_padded(32)?);
                Ok(both)
            }
            Algorithm::RS256 | Algorithm::PS256 => {
                let mut signer = Signer::new(MessageDigest::sha256(), &self.private)?;
                if self.algorithm == Algorithm::PS256 {
                    signer.set_rsa_padding(Padding::PKCS1_PSS)?;
                    signer.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
                }
                signer.sign_oneshot_to_vec(input)
            }
        }
    }
}

/// The signature of HS256 (RFC 7518 §3.2).
///
/// # Errors
/// When the library has none.
pub(crate) fn hs256(secret: &[u8], input: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let key = PKey::hmac(secret)?;
    Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(input)
}

type Made = (PKey<Private>, Map<String, Value>);

fn rsa(seed: &Seed, number: u32) -> Result<Made, ErrorStack> {
    let mut context = BigNumContext::new()?;
    let (p, q) = (
        prime(seed, &format!("rsa {number} p"), &mut context)?,
        prime(seed, &format!("rsa {number} q"), &mut context)?,
    );
    let (p, q) = if p > q { (p, q) } else { (q, p) };
    let e = BigNum::from_u32(EXPONENT)?;
    let (n, p1, q1) = (&p * &q, minus_one(&p)?, minus_one(&q)?);
    let [mut d, mut dp, mut dq, mut qi] = [
        BigNum::new()?,
        BigNum::new()?,
        BigNum::new()?,
        BigNum::new()?,
    ];
    d.mod_inverse(&e, &(&p1 * &q1), &mut context)?;
    dp.nnmod(&d, &p1, &mut context)?;
    dq.nnmod(&d, &q1, &mut context)?;
    qi.mod_inverse(&q, &p, &mut context)?;
    let mut jwk = Map::new();
    jwk.insert("kty".to_owned(), "RSA".into());
    let members = [
        ("n", &n),
        ("e", &e),
        ("d", &d),
        ("p", &p),
        ("q", &q),
        ("dp", &dp),
        ("dq", &dq),
        ("qi", &qi),
    ];
    for (name, value) in members {
        jwk.insert(name.to_owned(), encoded(&value.to_vec()));
    }
    let key = RsaPrivateKeyBuilder::new(n, e, d)?
        .set_factors(p, q)?
        .set_crt_params(dp, dq, qi)?
        .build();
    Ok((PKey::from_rsa(key)?, jwk))
}

/// The first prime of 1024 bits at or after a place that follows from the seed. One test by Fermat
/// is enough for a number that nobody chose, and whose secrecy nothing depends on.
fn prime(seed: &Seed, label: &str, context: &mut BigNumContext) -> Result<BigNum, ErrorStack> {
    let mut bytes = seed.array::<128>(label);
    // The product of two such numbers has 2048 bits.
    if let Some(first) = bytes.first_mut() {
        *first |= 0xC0;
    }
    if let Some(last) = bytes.last_mut() {
        *last |= 1;
    }
    let start = BigNum::from_slice(&bytes)?;
    let sieve = (3..4_000_u32).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0));
    let sieve: Vec<(u64, u64)> = sieve
        .map(|small| Ok((u64::from(small), start.mod_word(small)?)))
        .collect::<Result<_, ErrorStack>>()?;
    let above_exponent = start.mod_word(EXPONENT)?;
    let (two, mut power) = (BigNum::from_u32(2)?, BigNum::new()?);
    for step in (0_u32..).step_by(2) {
        let offset = u64::from(step);
        let divisible = |(small, rest): &(u64, u64)| (rest + offset) % small == 0;
        if sieve.iter().any(divisible) || (above_exponent + offset) % u64::from(EXPONENT) == 1 {
            continue;
        }
        let mut candidate = start.to_owned()?;
        candidate.add_word(step)?;
        let exponent = minus_one(&candidate)?;
        power.mod_exp(&two, &exponent, &candidate, context)?;
        if power == BigNum::from_u32(1)? {
            return Ok(candidate);
        }
    }
    Ok(start)
}

fn minus_one(number: &BigNumRef) -> Result<BigNum, ErrorStack> {
    let mut less = number.to_owned()?;
    less.sub_word(1)?;
    Ok(less)
}

fn p256(seed: &Seed, number: u32) -> Result<Made, ErrorStack> {
    let mut context = BigNumContext::new()?;
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let mut bytes = seed.array::<32>(&format!("p256 {number}"));
    // Below the order of the group.
    if let Some(first) = bytes.first_mut() {
        *first &= 0x7F;
    }
    let d = BigNum::from_slice(&bytes)?;
    let mut point = EcPoint::new(&group)?;
    point.mul_generator2(&group, &d, &mut context)?;
    let (mut x, mut y) = (BigNum::new()?, BigNum::new()?);
    point.affine_coordinates(&group, &mut x, &mut y, &mut context)?;
    let mut jwk = Map::new();
    jwk.insert("kty".to_owned(), "EC".into());
    jwk.insert("crv".to_owned(), "P-256".into());
    for (name, value) in [("x", &x), ("y", &y), ("d", &d)] {
        jwk.insert(name.to_owned(), encoded(&value.to_vec_padded(32)?));
    }
    let key = EcKey::from_private_components(&group, &d, &point)?;
    Ok((PKey::from_ec_key(key)?, jwk))
}

fn ed25519(seed: &Seed, number: u32) -> Result<Made, ErrorStack> {
    let bytes = seed.array::<32>(&format!("ed25519 {number}"));
    let key = PKey::private_key_from_raw_bytes(&bytes, Id::ED25519)?;
    let jwk = json!({
        "kty": "OKP",
        "crv": "Ed25519",
        "x": encoded(&key.raw_public_key()?),
        "d": encoded(&bytes),
    });
    let Value::Object(jwk) = jwk else {
        unreachable!("it is written as an object");
    };
    Ok((key, jwk))
}

fn encoded(bytes: &[u8]) -> Value {
    URL_SAFE_NO_PAD.encode(bytes).into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use symbolon_jose::SigningKey;

    use super::*;

    #[test]
    fn every_key_is_one_that_production_takes_and_the_same_each_time() {
        for algorithm in Algorithm::ALL {
            let key = LabKey::make(&Seed::of(7), algorithm, 1).unwrap();
            let taken = SigningKey::from_private_jwk(&key.private_jwk()).unwrap();
            assert!(taken.kid().starts_with("lab-"));
            assert_eq!(taken.public_jwk(), key.public_jwk());
            let again = LabKey::make(&Seed::of(7), algorithm, 1).unwrap();
            assert_eq!(again.private_jwk(), key.private_jwk());
            let other = LabKey::make(&Seed::of(8), algorithm, 1).unwrap();
            assert_ne!(other.private_jwk(), key.private_jwk());
        }
    }
}
