//! The keys that clients encrypt request objects for: made, kept and rotated like the signing keys,
//! where that is switched on.

use serde_json::Value;
use symbolon_core::{
    encryption::KeyManagement,
    id::Id,
    keys::{self, KeyPlan, KeyRecord, KeySettings, KeyState},
    time::Timestamp,
};
use symbolon_jose::{DecryptionKey, Seal};
use symbolon_storage::{Storage, StoredKey};

use crate::keyring::KeyError;

/// When they rotate; there are none when `encrypted` objects are not accepted.
pub fn settings(signing: &KeySettings, encrypted: bool) -> KeySettings<KeyManagement> {
    let algorithms = if encrypted {
        KeyManagement::ALL.to_vec()
    } else {
        Vec::new()
    };
    KeySettings {
        algorithms,
        rotation_interval: signing.rotation_interval,
        publish_before_use: signing.publish_before_use,
        longest_token: signing.longest_token,
    }
}

/// The keys of one moment.
#[derive(Debug, Default)]
pub struct DecryptionKeys {
    keys: Vec<(KeyRecord<KeyManagement>, DecryptionKey)>,
    published: Vec<Id<keys::SigningKey>>,
}

impl DecryptionKeys {
    /// Makes the keys that are due, and loads all of them.
    ///
    /// # Errors
    /// [`KeyError`].
    pub async fn load(
        storage: &dyn Storage,
        seal: &Seal,
        settings: &KeySettings<KeyManagement>,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        if settings.algorithms.is_empty() {
            return Ok(Self::default());
        }
        let mut stored = storage.encryption_keys().await?;
        let plans = keys::due(&records(&stored), settings, now);
        if !plans.is_empty() {
            create(storage, seal, &plans, now).await?;
            stored = storage.encryption_keys().await?;
        }
        let published = published(&records(&stored), settings, now);
        let opened: Result<Vec<_>, KeyError> = stored
            .into_iter()
            .map(|key| Ok((key.record.clone(), open(seal, &key)?)))
            .collect();
        Ok(Self {
            keys: opened?,
            published,
        })
    }

    /// Those that may be encrypted for, the newest first.
    pub fn usable(&self) -> impl Iterator<Item = &DecryptionKey> {
        let published = self
            .keys
            .iter()
            .rev()
            .filter(|(record, _)| self.published.contains(&record.id));
        published.map(|(_, key)| key)
    }

    /// As they are published.
    pub fn public_jwks(&self) -> impl Iterator<Item = Value> {
        self.usable().map(DecryptionKey::public_jwk)
    }

    /// Whether another set of keys is published at `now` than this one.
    pub fn is_outdated(&self, settings: &KeySettings<KeyManagement>, now: Timestamp) -> bool {
        let records: Vec<_> = self.keys.iter().map(|(record, _)| record.clone()).collect();
        published(&records, settings, now) != self.published
            || !keys::due(&records, settings, now).is_empty()
    }
}

/// Makes keys; the names of those that this instance was the one to make.
///
/// # Errors
/// [`KeyError`].
pub async fn create(
    storage: &dyn Storage,
    seal: &Seal,
    plans: &[KeyPlan<KeyManagement>],
    now: Timestamp,
) -> Result<Vec<Id<keys::SigningKey>>, KeyError> {
    let mut made = Vec::new();
    for plan in plans {
        let key = DecryptionKey::generate(plan.algorithm)?;
        let Ok(id) = Id::parse(key.kid()) else {
            continue;
        };
        let record = KeyRecord {
            id: id.clone(),
            algorithm: plan.algorithm,
            generation: plan.generation,
            created_at: now,
            activates_at: plan.activates_at,
        };
        let sealed = seal.seal(context(&id).as_bytes(), key.private_jwk().as_bytes());
        let stored = StoredKey { record, sealed };
        if storage.create_encryption_key(&stored).await? == symbolon_storage::Applied::Done {
            tracing::info!(kid = %id, algorithm = plan.algorithm.as_str(), "made an encryption key");
            made.push(id);
        }
    }
    Ok(made)
}

/// Seals keys anew that are sealed under a previous key-encryption key; how many.
///
/// # Errors
/// [`KeyError`].
pub async fn reseal(storage: &dyn Storage, seal: &Seal) -> Result<usize, KeyError> {
    let mut resealed = 0;
    for key in storage.encryption_keys().await? {
        if seal.needs_resealing(&key.sealed) {
            let opened = open(seal, &key)?.private_jwk();
            let id = &key.record.id;
            let sealed = seal.seal(context(id).as_bytes(), opened.as_bytes());
            storage.reseal_encryption_key(id, &sealed).await?;
            resealed += 1;
        }
    }
    Ok(resealed)
}

/// The keys' records.
pub fn records(stored: &[StoredKey<KeyManagement>]) -> Vec<KeyRecord<KeyManagement>> {
    stored.iter().map(|key| key.record.clone()).collect()
}

fn open(seal: &Seal, key: &StoredKey<KeyManagement>) -> Result<DecryptionKey, KeyError> {
    let id = &key.record.id;
    let opened = seal
        .open(context(id).as_bytes(), &key.sealed)
        .map_err(|error| KeyError::Sealed(id.as_str().to_owned(), error))?;
    let jwk = std::str::from_utf8(&opened).unwrap_or_default();
    Ok(DecryptionKey::from_private_jwk(jwk)?)
}

fn context(id: &Id<keys::SigningKey>) -> String {
    format!("encryption-key:{id}")
}

fn published(
    records: &[KeyRecord<KeyManagement>],
    settings: &KeySettings<KeyManagement>,
    now: Timestamp,
) -> Vec<Id<keys::SigningKey>> {
    let alive = |key: &&KeyRecord<KeyManagement>| {
        keys::state(key, records, settings, now) != KeyState::Retired
    };
    let alive = records.iter().filter(alive);
    alive.map(|key| key.id.clone()).collect()
}
