//! What an instance does by itself: reads the change feed, rotates keys, tells clients of sign-outs,
//! deletes what has expired.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use symbolon_core::time::{Lifetime, Timestamp};
use symbolon_storage::Activity;
use tokio::time::{MissedTickBehavior, interval};

use crate::{
    backchannel, bundle, cache::POLL_INTERVAL, keyring::Keyring, logout::tell_due,
    provider::Provider,
};

/// How often it is asked whether a key is due; also how late a key can leave the JWK Set.
const KEY_INTERVAL: Duration = Duration::from_secs(30);

/// How often it is looked whether a client has to be told something once more.
const NOTICE_INTERVAL: Duration = Duration::from_secs(5);

/// How often it is asked which clients have to be told of a sign-out.
const LOGOUT_INTERVAL: Duration = Duration::from_secs(1);

/// An hour in seconds.
const HOUR: i64 = 60 * 60;

/// How often it is written down what was counted.
const ACTIVITY_INTERVAL: Duration = Duration::from_secs(5);

/// For how long that is kept.
const ACTIVITY_KEPT: Lifetime = Lifetime::from_seconds(90 * 24 * 60 * 60);

/// How often expired rows are deleted.
const PURGE_INTERVAL: Duration = Duration::from_secs(600);

impl Provider {
    /// Tends to the provider until the future is dropped.
    pub async fn tend(self: Arc<Self>) {
        let mut feed = every(POLL_INTERVAL);
        let mut keys = every(KEY_INTERVAL);
        let mut notices = every(NOTICE_INTERVAL);
        let mut logouts = every(LOGOUT_INTERVAL);
        let mut purge = every(PURGE_INTERVAL);
        let mut activity = every(ACTIVITY_INTERVAL);
        let mut told = BTreeMap::new();
        loop {
            tokio::select! {
                _ = feed.tick() => self.read_feed().await,
                _ = keys.tick() => self.renew_keys(false).await,
                _ = notices.tick() => {
                    tokio::spawn(backchannel::deliver(Arc::clone(&self)));
                }
                // As slow as the clients are.
                _ = logouts.tick() => drop(tokio::spawn(tell_due(Arc::clone(&self)))),
                _ = activity.tick() => self.count_activity(&mut told).await,
                _ = purge.tick() => {
                    // Slow on a large table; the feed must not wait for it.
                    let provider = Arc::clone(&self);
                    tokio::spawn(async move { provider.purge().await });
                }
            }
        }
    }

    /// Loads the keys anew if others are due or published now, or if `forced`.
    async fn renew_keys(&self, forced: bool) {
        let now = self.now();
        let settings = &self.settings.keys;
        let encrypted = self.settings.requests.encrypted_objects;
        if !forced && !self.keyring.load().is_outdated(settings, encrypted, now) {
            return;
        }
        match Keyring::load(&*self.storage, &self.seal, settings, encrypted, now).await {
            Ok(keyring) => self.keyring.store(Arc::new(keyring)),
            Err(error) => tracing::error!(%error, "the signing keys could not be loaded anew"),
        }
    }

    /// Loads the keys anew if another instance has rotated them since; whether it has.
    pub(crate) async fn catch_up_with_keys(&self) -> bool {
        let changed = self.cache.take_keys_changed();
        if changed {
            self.renew_keys(true).await;
        }
        changed
    }

    async fn read_feed(&self) {
        match self.cache.learn(self.now()).await {
            Ok(()) => drop(self.catch_up_with_keys().await),
            Err(error) => tracing::warn!(%error, "the change feed could not be read"),
        }
    }

    /// Adds what was counted since the last time to what all instances counted in this hour.
    async fn count_activity(&self, told: &mut BTreeMap<(&'static str, String), u64>) {
        let now = self.now().seconds();
        let hour = Timestamp::from_seconds(now - now.rem_euclid(HOUR));
        let (mut counted, mut tell) = (Vec::new(), Vec::new());
        for (what, outcome, number) in self.metrics.counted() {
            let place = (what, outcome.clone());
            let before = told.get(&place).copied().unwrap_or_default();
            let more = number.saturating_sub(before);
            if more > 0 {
                tell.push((place, number));
                counted.push(Activity {
                    hour,
                    what: what.to_owned(),
                    outcome,
                    number: more,
                });
            }
        }
        if counted.is_empty() {
            return;
        }
        match self.storage.count_activity(&counted).await {
            Ok(()) => told.extend(tell),
            Err(error) => tracing::warn!(%error, "what was counted could not be written down"),
        }
    }

    async fn purge(&self) {
        let before = self.now().minus(ACTIVITY_KEPT);
        if let Err(error) = self.storage.forget_activity(before).await {
            tracing::warn!(%error, "what was counted long ago could not be deleted");
        }
        let feed = bundle::feed_kept(&self.settings.token, &self.settings.bundle);
        match self.storage.purge(self.now(), feed).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "deleted what had expired"),
            Err(error) => tracing::warn!(%error, "what had expired could not be deleted"),
        }
    }
}

fn every(period: Duration) -> tokio::time::Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
