//! Encryption at rest, and the secrets that all instances share.
//!
//! The rule: what must not be read from a stolen database is sealed under the key-encryption key,
//! which is not in the database. A sealed value names its key, so the key can be exchanged while
//! the old one is still around: configure the new key as the current one and the old one as a
//! previous one, seal everything again that [`Seal::needs_resealing`] points at, then remove the
//! old one.
//!
//! A sealed value belongs to its place: the *context* (the kind of thing and its id) is
//! authenticated with it, so nobody who can write to the database can move a secret of one row
//! into another.
//!
//! The format, version 1: one byte `1`; 4 bytes of id of the key-encryption key; 12 bytes of
//! nonce; the AES-256-GCM ciphertext with its 16 bytes of tag. Version, id and context are the
//! associated data. Nonces are random, which is safe for 2^32 values under one key (NIST
//! SP 800-38D §8.3); there are some dozens of signing keys.
//!
//! The key-encryption key is never used itself: HKDF-SHA256 (RFC 5869) takes one key for sealing
//! and one for each label of [`Seal::derive`] from it, so that no use can leak into another.
//!
//! Left out: compression, which would let the length speak; streaming, because what is sealed here
//! is small; and any notion of a time at which a key expires.
#![doc(alias = "AES-GCM")]
#![doc(alias = "RFC 5869")]

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use zeroize::Zeroizing;

use crate::key_encryption_key::{KeyEncryptionKey, hexadecimal};

/// Seals under the current key; opens what the current or a previous key has sealed.
pub struct Seal {
    current: SealingKey,
    previous: Vec<SealingKey>,
}

impl Seal {
    /// Takes the key that seals from now on, and those that are still needed to open.
    #[must_use]
    pub fn new(current: KeyEncryptionKey, previous: Vec<KeyEncryptionKey>) -> Self {
        Self {
            current: SealingKey::new(current),
            previous: previous.into_iter().map(SealingKey::new).collect(),
        }
    }

    /// Seals `plaintext` for the place that `context` names, e.g. `b"signing-key:<kid>"`. The
    /// result is 33 bytes longer, and different each time.
    ///
    /// # Panics
    /// When the operating system gives no randomness, which a running machine always does.
    #[must_use]
    pub fn seal(&self, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let head = head(self.current.id);
        // One allocation, so that no copy of the plaintext stays behind in a smaller one.
        let mut ciphertext = Vec::with_capacity(plaintext.len() + TAG_BYTES);
        ciphertext.extend_from_slice(plaintext);
        let nonce = self
            .current
            .cipher
            .seal_in_place_append_tag(associated_data(head, context), &mut ciphertext)
            .expect("the operating system gives randomness");
        let mut sealed = Vec::with_capacity(HEAD_BYTES + NONCE_BYTES + ciphertext.len());
        sealed.extend_from_slice(&head);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&ciphertext);
        sealed
    }

    /// Opens what was sealed for the same place. The plaintext is wiped when it is dropped.
    ///
    /// # Errors
    /// [`SealError::KeyMissing`] when the key that sealed it is not configured,
    /// [`SealError::Refused`] when the value or the context is not the one that was sealed,
    /// [`SealError::Malformed`] and [`SealError::VersionUnknown`] when it is no sealed value.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let Sealed {
            key_id,
            nonce,
            ciphertext,
        } = Sealed::parse(sealed)?;
        let mut keys = self.keys().filter(|key| key.id == key_id).peekable();
        if keys.peek().is_none() {
            return Err(SealError::KeyMissing {
                key_id: hexadecimal(key_id),
            });
        }
        // Ids are short: two keys may share one, and then each of them gets its turn.
        keys.find_map(|key| {
            let mut text = Zeroizing::new(ciphertext.to_vec());
            let length = key
                .cipher
                .open_in_place(
                    Nonce::from(&nonce),
                    associated_data(head(key_id), context),
                    &mut text,
                )
                .ok()?
                .len();
            text.truncate(length);
            Some(text)
        })
        .ok_or(SealError::Refused)
    }

    /// Whether a value was sealed under one of the previous keys, and is to be opened and sealed
    /// again before that key goes.
    #[must_use]
    pub fn needs_resealing(&self, sealed: &[u8]) -> bool {
        Sealed::parse(sealed).is_ok_and(|sealed| {
            sealed.key_id != self.current.id
                && self.previous.iter().any(|key| key.id == sealed.key_id)
        })
    }

    /// A secret of 256 bits that follows from the current key and the label: every instance with
    /// the same key-encryption key has the same one, nothing has to be stored, and the secrets of
    /// two labels tell nothing about each other.
    #[must_use]
    pub fn derive(&self, label: &str) -> [u8; 32] {
        *self.current.derive(label)
    }

    /// The secrets of a label under the current key and then under each previous one, in the order
    /// of configuration: what an old key has protected is still recognised while it is around.
    #[must_use]
    pub fn derive_all(&self, label: &str) -> Vec<[u8; 32]> {
        self.keys().map(|key| *key.derive(label)).collect()
    }

    /// The id of the current key, in hexadecimal, for logs and `doctor`.
    #[must_use]
    pub fn current_key_id(&self) -> String {
        hexadecimal(self.current.id)
    }

    fn keys(&self) -> impl Iterator<Item = &SealingKey> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let previous: Vec<_> = self
            .previous
            .iter()
            .map(|key| hexadecimal(key.id))
            .collect();
        formatter
            .debug_struct("Seal")
            .field("current", &self.current_key_id())
            .field("previous", &previous)
            .finish_non_exhaustive()
    }
}

/// Why a sealed value was not opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The key that sealed it is neither the current one nor a previous one.
    #[error(
        "sealed under the key-encryption key {key_id}, which is not configured: \
         add that key to the previous key-encryption keys"
    )]
    KeyMissing {
        /// The id of the key, as [`KeyEncryptionKey::id`] writes it.
        key_id: String,
    },
    /// Too short to be a sealed value.
    #[error("not a sealed value: it is too short")]
    Malformed,
    /// The value was changed, or it was sealed for another place.
    #[error(
        "the sealed value was changed, or belongs to another record: \
         restore it from a backup, or remove the record so that it is made anew"
    )]
    Refused,
    /// The format of a newer Symbolon, or no sealed value.
    #[error(
        "sealed in format {version}, which this version of Symbolon does not read: \
         was it written by a newer one?"
    )]
    VersionUnknown {
        /// The first byte of the value.
        version: u8,
    },
}

const VERSION: u8 = 1;
const KEY_ID_BYTES: usize = 4;
const HEAD_BYTES: usize = 1 + KEY_ID_BYTES;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// Separates our keys from what anybody else might derive from the same bytes. Part of the format.
const SALT: &[u8] = b"symbolon key-encryption key";

/// A key-encryption key, expanded.
struct SealingKey {
    id: [u8; KEY_ID_BYTES],
    cipher: RandomizedNonceKey,
    key: KeyEncryptionKey,
}

impl SealingKey {
    fn new(key: KeyEncryptionKey) -> Self {
        let bytes = expand(&key, &[b"seal 1"]);
        Self {
            id: key.id_bytes(),
            cipher: RandomizedNonceKey::new(&AES_256_GCM, &*bytes)
                .expect("32 bytes are a key of AES-256"),
            key,
        }
    }

    fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        expand(&self.key, &[b"derive ", label.as_bytes()])
    }
}

fn expand(key: &KeyEncryptionKey, info: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut bytes = Zeroizing::new([0; 32]);
    Salt::new(HKDF_SHA256, SALT)
        .extract(key.bytes())
        .expand(info, HKDF_SHA256)
        .and_then(|expanded| expanded.fill(&mut *bytes))
        .expect("HKDF-SHA256 gives up to 8160 bytes");
    bytes
}

fn head(key_id: [u8; KEY_ID_BYTES]) -> [u8; HEAD_BYTES] {
    let [a, b, c, d] = key_id;
    [VERSION, a, b, c, d]
}

/// The head has a fixed length, so head and context cannot be cut at another place.
fn associated_data(head: [u8; HEAD_BYTES], context: &[u8]) -> Aad<Vec<u8>> {
    Aad::from([&head, context].concat())
}

struct Sealed<'a> {
    key_id: [u8; KEY_ID_BYTES],
    nonce: [u8; NONCE_BYTES],
    ciphertext: &'a [u8],
}

impl<'a> Sealed<'a> {
    fn parse(sealed: &'a [u8]) -> Result<Self, SealError> {
        let (version, rest) = sealed.split_first().ok_or(SealError::Malformed)?;
        if *version != VERSION {
            return Err(SealError::VersionUnknown { version: *version });
        }
        let (key_id, rest) = rest.split_first_chunk().ok_or(SealError::Malformed)?;
        let (nonce, ciphertext) = rest.split_first_chunk().ok_or(SealError::Malformed)?;
        if ciphertext.len() < TAG_BYTES {
            return Err(SealError::Malformed);
        }
        Ok(Self {
            key_id: *key_id,
            nonce: *nonce,
            ciphertext,
        })
    }
}
