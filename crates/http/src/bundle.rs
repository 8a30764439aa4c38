//! Policy bundles, made when they are asked for and kept while they are true.
//!
//! What a bundle says is made anew when anything changed that this instance learnt of, which is the
//! case within a second ([`crate::cache`]); it is signed anew when its signature is a twentieth of
//! its life old. While memory is not trusted nothing that is kept is served.

use std::{collections::HashMap, sync::Arc};

use axum::body::Bytes;
use http::HeaderValue;
use symbolon_core::{
    id::Id,
    policy::{
        Policy,
        api::Api,
        bundle::{Content, LONGEST, TYPE},
        token_changes::TokenChanges,
    },
    settings::{BundleSettings, TokenSettings},
    time::{Lifetime, Timestamp},
};
use symbolon_jose::SigningKey;
use tokio::sync::Mutex;

use crate::{answer, failure::Failure, provider::Provider};

/// How long an instance may go on issuing tokens by what was true before a change: for so long it
/// trusts its memory, and a transaction takes a moment to be durable.
const MEMORY: Lifetime = Lifetime::from_seconds(5);

/// A bundle to serve.
#[derive(Clone, Debug)]
pub struct Served {
    /// Signed.
    pub body: Bytes,
    /// What its content is called, whenever it was signed.
    pub etag: HeaderValue,
}

/// The bundles of one instance, by audience: no more than there are APIs.
#[derive(Default)]
pub struct Bundles {
    // Held while a bundle is made: of many who ask when something changed, one makes it.
    kept: Mutex<HashMap<Id<Api>, Kept>>,
}

struct Kept {
    policy: Arc<Policy>,
    epoch: u64,
    content: Content,
    served: Served,
    signed_at: Timestamp,
}

impl Bundles {
    /// The bundle of an API; `None` when there is no such API.
    ///
    /// # Errors
    /// When storage fails; [`Failure::BundleTooLong`]; when no key signs.
    pub async fn of(
        &self,
        provider: &Provider,
        audience: &Id<Api>,
    ) -> Result<Option<Served>, Failure> {
        let mut kept = self.kept.lock().await;
        // Before anything is read: what changes later raises it.
        let epoch = provider.cache.epoch();
        let policy = provider.policy().await?;
        let now = provider.now();
        let settings = &provider.settings.bundle;
        let is_true =
            |kept: &&mut Kept| epoch == Some(kept.epoch) && Arc::ptr_eq(&policy, &kept.policy);
        if let Some(kept) = kept.get_mut(audience).filter(is_true) {
            let age = now.since(kept.signed_at).seconds();
            if age > settings.lifetime.seconds() / 20 || now < kept.signed_at {
                kept.served.body = sign(provider, &kept.content, now)?;
                kept.signed_at = now;
            }
            return Ok(Some(kept.served.clone()));
        }
        kept.remove(audience);
        let changes = token_changes(provider, now).await?;
        let Some(content) = Content::of(&policy, audience, changes) else {
            return Ok(None);
        };
        let served = Served {
            etag: answer::etag(&serde_json::to_vec(&content).unwrap_or_default()),
            body: sign(provider, &content, now)?,
        };
        if let Some(epoch) = epoch {
            let bundle = Kept {
                policy,
                epoch,
                content,
                served: served.clone(),
                signed_at: now,
            };
            kept.insert(audience.clone(), bundle);
        }
        Ok(Some(served))
    }
}

/// For how long the feed is kept: a token has to be told of for as long as it may live. A bit more,
/// so that an old one is not in doubt because of its age alone.
pub fn feed_kept(tokens: &TokenSettings, bundles: &BundleSettings) -> Lifetime {
    let hour = Lifetime::from_hours(1).seconds();
    let longest = tokens.access_lifetime.seconds();
    Lifetime::from_seconds(longest + leeway(bundles).seconds() + hour)
}

fn leeway(bundles: &BundleSettings) -> Lifetime {
    Lifetime::from_seconds(bundles.clock_tolerance.seconds() + MEMORY.seconds())
}

async fn token_changes(provider: &Provider, now: Timestamp) -> Result<TokenChanges, Failure> {
    let kept = provider.storage.token_changes().await?;
    let since = kept.complete_since.unwrap_or(now);
    let leeway = leeway(&provider.settings.bundle);
    Ok(TokenChanges::new(since, leeway, kept.changes))
}

fn sign(provider: &Provider, content: &Content, now: Timestamp) -> Result<Bytes, Failure> {
    let keyring = provider.keyring.load();
    let algorithms = &provider.settings.keys.algorithms;
    let signer: &SigningKey = algorithms
        .iter()
        .find_map(|algorithm| keyring.signer(*algorithm, now))
        .ok_or(Failure::NoKey)?;
    let lifetime = provider.settings.bundle.lifetime;
    let bundle = content.clone().at(&provider.issuer, now, lifetime);
    let signed = signer.sign(TYPE, &bundle)?;
    if signed.len() > LONGEST {
        return Err(Failure::BundleTooLong(content.api.audience().clone()));
    }
    Ok(signed.into())
}
