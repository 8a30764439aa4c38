//! The signing keys, parsed and ready, as one value that is swapped whole.

use std::{collections::BTreeMap, sync::Arc};

use axum::body::Bytes;
use http::HeaderValue;
use sha2::{Digest, Sha256};
use symbolon_core::{
    algorithm::Algorithm,
    forward_auth::upstream_token::Mark,
    id::Id,
    keys::{self, KeyPlan, KeyRecord, KeySettings, KeyState},
    time::Timestamp,
    token::access::{AccessTokenClaims, TYPE},
};
use symbolon_jose::{Expected, Seal, SealError, SigningKey, VerifyError, VerifyingKeys};
use symbolon_storage::{Applied, Storage, StorageError, StoredKey};
use symbolon_web::memory::{Age, Memory};

use crate::{
    answer,
    decryption_keys::{self, DecryptionKeys},
};

/// How many access tokens are remembered that were verified: some ten megabytes at most.
const MOST_VERIFIED: u64 = 10_000;

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key cannot be made or read.
    #[error(transparent)]
    Jose(#[from] symbolon_jose::JoseError),
    /// A key cannot be opened.
    #[error("signing key {0}: {1}")]
    Sealed(String, SealError),
    /// A key of the installation cannot be opened.
    #[error("the key of the {0}: {1}")]
    Installation(&'static str, SealError),
    /// A key of the installation is not what it was.
    #[error("the key of the {0} was there a moment ago, or is no key; restore the database")]
    Lost(&'static str),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The keys of one moment.
pub struct Keyring {
    keys: Vec<(KeyRecord, SigningKey)>,
    verifying: VerifyingKeys,
    decrypting: DecryptionKeys,
    /// What access tokens say whose signature was right, by their SHA-256. With other keys comes
    /// another keyring, and nothing of this is in it.
    verified: Memory<[u8; 32], AccessTokenClaims>,
    published: Vec<String>,
    document: Bytes,
    etag: HeaderValue,
}

impl Keyring {
    /// Makes the keys that are due, and loads all of them. Of several instances that do so at once,
    /// one makes each key, and all load it. `encrypted`: whether there are keys to encrypt for.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn load(
        storage: &dyn Storage,
        seal: &Seal,
        settings: &KeySettings,
        encrypted: bool,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        let own = decryption_keys::settings(settings, encrypted);
        let decrypting = DecryptionKeys::load(storage, seal, &own, now).await?;
        let mut stored = storage.signing_keys().await?;
        let plans = keys::due(&records(&stored), settings, now);
        if !plans.is_empty() {
            create(storage, seal, &plans, now).await?;
            stored = storage.signing_keys().await?;
        }
        Self::of(&stored, decrypting, seal, settings, now)
    }

    /// The key that signs with an algorithm now.
    pub fn signer(&self, algorithm: Algorithm, now: Timestamp) -> Option<&SigningKey> {
        let records = self.keys.iter().map(|(record, _)| record);
        let active = keys::active(records, algorithm, now)?;
        let own = self.keys.iter().find(|(record, _)| record.id == active.id);
        own.map(|(_, key)| key)
    }

    /// The keys that signatures are checked with: all that were ever used and are still kept, since
    /// an old ID token is a good hint (RP-Initiated Logout §4).
    pub fn verifying(&self) -> &VerifyingKeys {
        &self.verifying
    }

    /// The keys that others encrypt for.
    pub fn decrypting(&self) -> &DecryptionKeys {
        &self.decrypting
    }

    /// What a JWT says that is an access token signed by us; `None`: it is one that was made for an
    /// API behind a proxy, which nobody else accepts. A token that comes again costs no arithmetic.
    ///
    /// # Errors
    /// [`VerifyError`]. Time and revocation are not looked at here.
    pub fn access_token(&self, token: &str) -> Result<Option<Arc<AccessTokenClaims>>, VerifyError> {
        let digest = Sha256::digest(token).into();
        if let Some(claims) = self.verified.value(&digest) {
            return Ok(Some(claims));
        }
        // Only the one type: an ID token is no access token (requirement A2.9).
        let expected = Expected {
            typ: &[TYPE],
            typ_may_be_absent: false,
            algorithms: &Algorithm::ALL,
        };
        let verified = self.verifying.verify(token, expected)?;
        let marked = verified.claims::<Mark>();
        if marked.is_ok_and(|mark| mark.is_of_upstream_token()) {
            return Ok(None);
        }
        let claims = verified.claims().ok().map(Arc::new);
        if let Some(claims) = &claims {
            self.verified.keep(&digest, Some(Arc::clone(claims)));
        }
        Ok(claims)
    }

    /// The JWK Set (RFC 7517 §5) and its entity tag.
    pub fn document(&self) -> (&Bytes, &HeaderValue) {
        (&self.document, &self.etag)
    }

    /// Whether another set of keys is published at `now` than this one.
    pub fn is_outdated(&self, settings: &KeySettings, encrypted: bool, now: Timestamp) -> bool {
        let own = decryption_keys::settings(settings, encrypted);
        let records: Vec<KeyRecord> = self.keys.iter().map(|(record, _)| record.clone()).collect();
        let published = published(&records, settings, now);
        published != self.published
            || !keys::due(&records, settings, now).is_empty()
            || self.decrypting.is_outdated(&own, now)
    }

    fn of(
        stored: &[StoredKey],
        decrypting: DecryptionKeys,
        seal: &Seal,
        settings: &KeySettings,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        let mut all = Vec::with_capacity(stored.len());
        for key in stored {
            let kid = key.record.id.as_str();
            let opened = seal
                .open(context(kid).as_bytes(), &key.sealed)
                .map_err(|error| KeyError::Sealed(kid.to_owned(), error))?;
            let jwk = std::str::from_utf8(&opened).unwrap_or_default();
            all.push((key.record.clone(), SigningKey::from_private_jwk(jwk)?));
        }
        let published = published(&records(stored), settings, now);
        let jwks: BTreeMap<&str, Vec<serde_json::Value>> = BTreeMap::from([(
            "keys",
            all.iter()
                .filter(|(_, key)| published.iter().any(|kid| kid == key.kid()))
                .map(|(_, key)| key.public_jwk())
                .chain(decrypting.public_jwks())
                .collect(),
        )]);
        let document = Bytes::from(serde_json::to_vec(&jwks).unwrap_or_default());
        Ok(Self {
            verified: Memory::new(MOST_VERIFIED, Age::Unbounded),
            verifying: VerifyingKeys::from_signing_keys(all.iter().map(|(_, key)| key)),
            keys: all,
            decrypting,
            published,
            etag: answer::etag(&document),
            document,
        })
    }
}

/// Makes keys; which of them this instance was the one to make.
///
/// # Errors
/// [`KeyError`].
pub async fn create(
    storage: &dyn Storage,
    seal: &Seal,
    plans: &[KeyPlan],
    now: Timestamp,
) -> Result<Vec<Id<keys::SigningKey>>, KeyError> {
    let mut made = Vec::new();
    for key in make(seal, plans, now)? {
        if storage.create_signing_key(&key).await? == Applied::Done {
            let KeyRecord { id, algorithm, .. } = key.record;
            tracing::info!(kid = %id, %algorithm, "made a signing key");
            made.push(id);
        }
    }
    Ok(made)
}

/// Makes keys, and leaves it to the caller to store them.
///
/// # Errors
/// [`KeyError`].
pub fn make(seal: &Seal, plans: &[KeyPlan], now: Timestamp) -> Result<Vec<StoredKey>, KeyError> {
    let mut made = Vec::new();
    for plan in plans {
        let key = SigningKey::generate(plan.algorithm)?;
        let Ok(id) = Id::parse(key.kid()) else {
            continue;
        };
        let sealed = seal.seal(context(key.kid()).as_bytes(), key.private_jwk().as_bytes());
        let record = KeyRecord {
            id,
            algorithm: plan.algorithm,
            generation: plan.generation,
            created_at: now,
            activates_at: plan.activates_at,
        };
        made.push(StoredKey { record, sealed });
    }
    Ok(made)
}

/// Seals keys anew that are sealed under a previous key-encryption key; how many.
///
/// # Errors
/// [`KeyError`].
pub async fn reseal(storage: &dyn Storage, seal: &Seal) -> Result<usize, KeyError> {
    let mut resealed = 0;
    for key in storage.signing_keys().await? {
        if seal.needs_resealing(&key.sealed) {
            let kid = key.record.id.as_str();
            let opened = seal
                .open(context(kid).as_bytes(), &key.sealed)
                .map_err(|error| KeyError::Sealed(kid.to_owned(), error))?;
            let sealed = seal.seal(context(kid).as_bytes(), &opened);
            storage.reseal_signing_key(&key.record.id, &sealed).await?;
            resealed += 1;
        }
    }
    Ok(resealed)
}

/// The keys' records.
pub fn records(stored: &[StoredKey]) -> Vec<KeyRecord> {
    stored.iter().map(|key| key.record.clone()).collect()
}

/// Ties a sealed key to its name, so that two rows cannot be exchanged.
pub fn context(kid: &str) -> String {
    format!("signing-key:{kid}")
}

fn published(records: &[KeyRecord], settings: &KeySettings, now: Timestamp) -> Vec<String> {
    records
        .iter()
        .filter(|key| keys::state(key, records, settings, now) != KeyState::Retired)
        .map(|key| key.id.as_str().to_owned())
        .collect()
}

/// Keeps a keyring that can be swapped while requests use it.
pub type SharedKeyring = arc_swap::ArcSwap<Keyring>;

/// A keyring to share.
pub fn shared(keyring: Keyring) -> SharedKeyring {
    arc_swap::ArcSwap::new(Arc::new(keyring))
}
