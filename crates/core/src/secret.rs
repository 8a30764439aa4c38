//! Secrets that can be shown once and not stored, and digests that can be stored and not shown.
//!
//! A secret's text is `prefix + base64url(random) + checksum`. The prefix lets a scanner find a
//! leaked one; prefix, length and checksum together let us refuse a truncated, extended, mistyped
//! or wrong kind of token without asking the database (requirement A2.10).

use std::{fmt, marker::PhantomData};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::entropy::Entropy;

const CHECKSUM: usize = 6;

/// What a secret is for.
pub trait Kind {
    /// How its text begins.
    const PREFIX: &'static str;
    /// How many random bytes it carries.
    const BYTES: usize;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $bytes:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}
        impl Kind for $name {
            const PREFIX: &'static str = $prefix;
            const BYTES: usize = $bytes;
        }
    )*};
}

kinds! {
    /// An opaque access token.
    AccessToken = "sy_at_", 32;
    /// An authorization code (RFC 6749 §1.3.1).
    AuthorizationCode = "sy_ac_", 32;
    /// What a client asks with that asked for somebody in the back channel (CIBA §7.3).
    AuthRequestId = "sy_ar_", 32;
    /// What a device without a browser asks with (RFC 8628 §3.2).
    DeviceCode = "sy_dc_", 32;
    /// The handle of one interaction (sign-in, consent) in a browser.
    InteractionHandle = "sy_in_", 16;
    /// A client secret that we generated (requirement A3.3: 256 bits).
    ClientSecret = "sy_cs_", 32;
    /// What a client has to show to register itself (RFC 7591 §3, initial access token).
    InitialAccessToken = "sy_iat_", 32;
    /// What a client manages its own registration with (RFC 7592).
    RegistrationAccessToken = "sy_rat_", 32;
    /// The reference of a pushed authorization request (RFC 9126 §2.2).
    RequestUri = "sy_ru_", 32;
    /// A personal access token.
    PersonalAccessToken = "sy_pat_", 32;
    /// The link by which the first administrator is made.
    SetUpLink = "sy_su_", 32;
    /// A refresh token: 16 bytes name the family, 32 bytes the generation.
    RefreshToken = "sy_rt_", 48;
}

/// The part of a refresh token that all its successors share.
#[derive(Debug)]
pub enum RefreshFamily {}

/// The part of a refresh token that changes on every use.
#[derive(Debug)]
pub enum RefreshGeneration {}

/// A secret in the clear: exists between making it and handing it out, or between receiving it and
/// looking it up. It does not print.
pub struct Secret<K> {
    text: Zeroizing<String>,
    kind: PhantomData<fn() -> K>,
}

/// Why a text is not a secret of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a well-formed token of this kind")]
pub struct Malformed;

impl<K: Kind> Secret<K> {
    /// A new secret.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut random = Zeroizing::new(vec![0; K::BYTES]);
        entropy.fill(&mut random);
        Self::from_bytes(&random)
    }

    /// The secret that carries exactly these bytes.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(K::PREFIX.len() + K::BYTES * 2));
        text.push_str(K::PREFIX);
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Self {
            text,
            kind: PhantomData,
        }
    }

    /// Reads a secret that a caller presented.
    ///
    /// # Errors
    /// [`Malformed`] when prefix, length, alphabet or checksum do not fit.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let body_length = (K::BYTES * 4).div_ceil(3);
        if text.len() != K::PREFIX.len() + body_length + CHECKSUM
            || !text.starts_with(K::PREFIX)
            || !text.is_ascii()
        {
            return Err(Malformed);
        }
        let (signed, presented_checksum) = text.split_at(text.len() - CHECKSUM);
        if checksum(signed) != presented_checksum {
            return Err(Malformed);
        }
        let secret = Self {
            text: Zeroizing::new(text.to_owned()),
            kind: PhantomData,
        };
        secret.decode().map(|_| secret).ok_or(Malformed)
    }

    /// The text to hand out. The name is long so that every use is seen in review.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What to store and to look up.
    pub fn digest(&self) -> Digest<K> {
        Digest::of(self.text.as_bytes())
    }

    /// The random bytes the secret carries.
    pub fn bytes(&self) -> Zeroizing<Vec<u8>> {
        self.decode().unwrap_or_default()
    }

    fn decode(&self) -> Option<Zeroizing<Vec<u8>>> {
        let body = self
            .text
            .get(K::PREFIX.len()..self.text.len().checked_sub(CHECKSUM)?)?;
        URL_SAFE_NO_PAD.decode(body).ok().map(Zeroizing::new)
    }
}

impl Secret<RefreshToken> {
    /// A refresh token of its two halves.
    pub fn of_family(family: &[u8; 16], generation: &[u8; 32]) -> Self {
        let mut bytes = Zeroizing::new([0; 48]);
        let (first, second) = bytes.split_at_mut(16);
        first.copy_from_slice(family);
        second.copy_from_slice(generation);
        Self::from_bytes(&*bytes)
    }

    /// The family half.
    pub fn family(&self) -> Zeroizing<[u8; 16]> {
        let mut family = Zeroizing::new([0; 16]);
        family
            .iter_mut()
            .zip(self.bytes().iter())
            .for_each(|(to, from)| *to = *from);
        family
    }

    /// The generation half.
    pub fn generation(&self) -> Zeroizing<[u8; 32]> {
        let mut generation = Zeroizing::new([0; 32]);
        generation
            .iter_mut()
            .zip(self.bytes().iter().skip(16))
            .for_each(|(to, from)| *to = *from);
        generation
    }

    /// What the family is looked up by.
    pub fn family_digest(&self) -> Digest<RefreshFamily> {
        Digest::of(&*self.family())
    }

    /// What tells this generation from its predecessors.
    pub fn generation_digest(&self) -> Digest<RefreshGeneration> {
        Digest::of(&*self.generation())
    }
}

impl<K> fmt::Debug for Secret<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The SHA-256 digest of a secret of kind `K`. Compares in constant time.
///
/// A plain fast hash is enough: what is hashed has at least 128 random bits, so there is nothing
/// to guess (requirement A3.3; passwords take another road, see [`crate::password`]).
pub struct Digest<K> {
    bytes: [u8; 32],
    kind: PhantomData<fn() -> K>,
}

impl<K> Digest<K> {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self {
            bytes: Sha256::digest(bytes).into(),
            kind: PhantomData,
        }
    }

    /// The digest as read from storage; `None` unless it has 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|bytes| Self {
            bytes,
            kind: PhantomData,
        })
    }

    /// The digest as text: how the change feed, memory and exports name what they do not show.
    pub fn hexadecimal(&self) -> String {
        self.bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// The bytes to store.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<K> Clone for Digest<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Digest<K> {}

impl<K> PartialEq for Digest<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes.ct_eq(&other.bytes).into()
    }
}

impl<K> Eq for Digest<K> {}

impl<K> fmt::Debug for Digest<K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Digest(…)")
    }
}

fn checksum(signed: &str) -> String {
    let digest = Sha256::digest(signed.as_bytes());
    let mut text = URL_SAFE_NO_PAD.encode(digest);
    text.truncate(CHECKSUM);
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn a_generated_secret_is_read_back() {
        let secret = Secret::<AuthorizationCode>::generate(&Fixed(7));
        let read = Secret::<AuthorizationCode>::parse(secret.expose()).unwrap();
        assert_eq!(read.digest(), secret.digest());
    }

    #[test]
    fn a2_10_a_truncated_extended_or_case_changed_token_is_malformed() {
        let secret = Secret::<RefreshToken>::generate(&Fixed(77));
        let text = secret.expose().to_owned();
        for cut in 0..text.len() {
            assert!(Secret::<RefreshToken>::parse(&text[..cut]).is_err());
        }
        assert!(Secret::<RefreshToken>::parse(&format!("{text}a")).is_err());
        assert!(Secret::<RefreshToken>::parse(&text.to_lowercase()).is_err());
        assert!(Secret::<RefreshToken>::parse(&format!(" {text}")).is_err());
    }

    #[test]
    fn a_secret_of_one_kind_is_none_of_another() {
        let secret = Secret::<AuthorizationCode>::generate(&Fixed(7));
        assert!(Secret::<AccessToken>::parse(secret.expose()).is_err());
    }

    #[test]
    fn a_secret_and_its_digest_do_not_print() {
        let secret = Secret::<AccessToken>::generate(&Fixed(7));
        assert_eq!(
            format!("{secret:?} {:?}", secret.digest()),
            "Secret(…) Digest(…)"
        );
    }

    #[test]
    fn a_refresh_token_keeps_its_two_halves() {
        let token = Secret::of_family(&[1; 16], &[2; 32]);
        assert_eq!((*token.family(), *token.generation()), ([1; 16], [2; 32]));
    }
}
