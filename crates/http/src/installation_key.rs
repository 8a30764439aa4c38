//! Keys that an installation makes once and keeps for ever: no rotation touches them, since what they
//! made has to stay what it is. They are kept in the database, sealed like the signing keys.

use symbolon_core::{entropy::Entropy, pairwise::PairwiseKey, time::Timestamp};
use symbolon_jose::Seal;
use symbolon_storage::{Applied, Storage};

use crate::keyring::KeyError;

/// The name of the key of pairwise identifiers.
const PAIRWISE: &str = "pairwise subjects";

/// The key of pairwise identifiers; made, if there is none. Of several instances that do so at once,
/// one makes it, and all have that one.
///
/// # Errors
/// [`KeyError`].
pub async fn pairwise(
    storage: &dyn Storage,
    seal: &Seal,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<PairwiseKey, KeyError> {
    let sealed = match storage.installation_secret(PAIRWISE).await? {
        Some(sealed) => sealed,
        None => make(storage, seal, entropy, now).await?,
    };
    let opened = open(seal, &sealed)?;
    let bytes = opened.as_slice().try_into();
    Ok(PairwiseKey::new(
        bytes.map_err(|_| KeyError::Lost(PAIRWISE))?,
    ))
}

/// Seals them anew, where they are sealed under a previous key-encryption key.
///
/// # Errors
/// [`KeyError`].
pub async fn reseal(storage: &dyn Storage, seal: &Seal) -> Result<(), KeyError> {
    let sealed = storage.installation_secret(PAIRWISE).await?;
    if let Some(sealed) = sealed.filter(|sealed| seal.needs_resealing(sealed)) {
        let anew = seal.seal(&context(), &open(seal, &sealed)?);
        storage.reseal_installation_secret(PAIRWISE, &anew).await?;
    }
    Ok(())
}

async fn make(
    storage: &dyn Storage,
    seal: &Seal,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<Vec<u8>, KeyError> {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    entropy.fill(&mut *bytes);
    let made = seal.seal(&context(), &*bytes);
    match storage
        .create_installation_secret(PAIRWISE, &made, now)
        .await?
    {
        Applied::Done => Ok(made),
        Applied::Conflict => {
            let others = storage.installation_secret(PAIRWISE).await?;
            others.ok_or(KeyError::Lost(PAIRWISE))
        }
    }
}

fn open(seal: &Seal, sealed: &[u8]) -> Result<zeroize::Zeroizing<Vec<u8>>, KeyError> {
    seal.open(&context(), sealed)
        .map_err(|error| KeyError::Installation(PAIRWISE, error))
}

fn context() -> Vec<u8> {
    format!("installation-secret:{PAIRWISE}").into_bytes()
}
