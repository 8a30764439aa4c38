//! What is decided by, and how it is kept fresh.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;
use http::HeaderValue;
use symbolon_core::time::{Clock, Lifetime, Timestamp};
use symbolon_jose::{VerifyError, VerifyingKeys};
use tokio::{
    sync::{Mutex, Semaphore},
    time::{sleep, timeout},
};

use crate::{
    clock::jittered,
    introspection::Memory,
    refusal::Refusal,
    snapshot::{BundleError, Snapshot},
    source::{Fetched, Source, SourceError},
    token::{Accepted, Facts, Presented},
};

/// How often the keys are fetched without being asked for: for so long a key is believed that the
/// provider has given up.
const KEYS_INTERVAL: Lifetime = Lifetime::from_minutes(1);

/// How often the keys are fetched because a token names one that is not known: whoever makes such
/// tokens up must not be able to make us ask for each.
const KEYS_COOLDOWN: Lifetime = Lifetime::from_seconds(10);

/// The longest wait after failures in a row: when the provider is back, this is how long it takes to
/// notice.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The most tokens that the provider is asked about at once.
const MOST_QUESTIONS: usize = 64;

/// For how long a question waits for its turn.
const TURN: Duration = Duration::from_secs(2);

/// Everything that a decision needs.
pub struct Enforcement {
    /// Whom tokens have to be from, and for whom.
    pub accepted: Accepted,
    clock: Arc<dyn Clock>,
    source: Source,
    keys: ArcSwap<Keys>,
    snapshot: ArcSwap<Snapshot>,
    /// When the provider last said that the snapshot is what holds.
    confirmed_at: AtomicI64,
    /// For how long that is believed, if shorter than the bundle says.
    trust: Option<Lifetime>,
    /// When keys were fetched last.
    keys_fetched_at: Mutex<Timestamp>,
    memory: Memory,
    questions: Semaphore,
}

struct Keys {
    verifying: VerifyingKeys,
    etag: Option<HeaderValue>,
}

impl Enforcement {
    /// Fetches everything for the first time.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn begin(
        source: Source,
        accepted: Accepted,
        clock: Arc<dyn Clock>,
        trust: Option<Lifetime>,
    ) -> Result<Self, SourceError> {
        let now = clock.now();
        let keys = match source.keys(None).await? {
            Fetched::New(verifying, etag) => Keys { verifying, etag },
            Fetched::Same => Keys {
                verifying: VerifyingKeys::from_signing_keys([]),
                etag: None,
            },
        };
        let Fetched::New(text, etag) = source.bundle(None).await? else {
            return Err(BundleError::Expired.into());
        };
        let snapshot = Snapshot::read(&text, etag, &keys.verifying, &accepted, now)?;
        Ok(Self {
            accepted,
            clock,
            source,
            keys: ArcSwap::from_pointee(keys),
            snapshot: ArcSwap::from_pointee(snapshot),
            confirmed_at: AtomicI64::new(now.seconds()),
            trust,
            keys_fetched_at: Mutex::new(now),
            memory: Memory::new(),
            questions: Semaphore::new(MOST_QUESTIONS),
        })
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The keys that signatures are checked with.
    pub fn keys(&self) -> VerifyingKeys {
        self.keys.load().verifying.clone()
    }

    /// What may be decided by at a moment, if anything.
    pub fn current(&self, now: Timestamp) -> Option<Arc<Snapshot>> {
        let confirmed_at = Timestamp::from_seconds(self.confirmed_at.load(Ordering::Acquire));
        let is_believed = self
            .trust
            .is_none_or(|trust| now < confirmed_at.plus(trust));
        let snapshot = self.snapshot.load_full();
        (is_believed && snapshot.is_current(now)).then_some(snapshot)
    }

    /// Keeps everything fresh until the future is dropped.
    pub async fn tend(self: Arc<Self>, interval: Duration) {
        let mut failures = 0_u32;
        loop {
            // A shift by 16 is past the longest wait, whatever the interval.
            let wait = interval.saturating_mul(1 << failures.min(16));
            let wait = wait.min(LONGEST_WAIT.max(interval));
            sleep(jittered(wait)).await;
            let outcome = match self.renew_snapshot().await {
                Ok(()) => self.renew_keys_if_old(KEYS_INTERVAL).await,
                failed => failed,
            };
            match outcome {
                Ok(()) => failures = 0,
                Err(error) => {
                    failures = failures.saturating_add(1);
                    let is_current = self.current(self.now()).is_some();
                    tracing::warn!(%error, failures, is_current, "the policy was not refreshed");
                }
            }
        }
    }

    /// Fetches the keys because one is not known, if that was not done a moment ago.
    ///
    /// # Errors
    /// [`SourceError`].
    pub async fn renew_keys_once(&self) -> Result<(), SourceError> {
        self.renew_keys_if_old(KEYS_COOLDOWN).await
    }

    /// What the provider says about a token, now or a moment ago.
    ///
    /// # Errors
    /// [`Refusal::TokenInvalid`]; [`Refusal::Unavailable`] when it does not answer.
    pub async fn ask(
        &self,
        token: &str,
        presented: Presented,
        now: Timestamp,
    ) -> Result<Arc<Facts>, Refusal> {
        let facts = match self.memory.recall(token) {
            Some(known) => known,
            None => self.ask_anew(token, presented).await?,
        };
        facts
            .filter(|facts| now < facts.expires_at)
            .ok_or(Refusal::TokenInvalid)
    }

    async fn ask_anew(
        &self,
        token: &str,
        presented: Presented,
    ) -> Result<Option<Arc<Facts>>, Refusal> {
        let turn = timeout(TURN, self.questions.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            tracing::warn!("too many tokens are being asked about");
            return Err(Refusal::Unavailable);
        };
        // Somebody before us may have asked about the same one.
        if let Some(known) = self.memory.recall(token) {
            return Ok(known);
        }
        let answer = self.source.introspect(token).await.map_err(|error| {
            tracing::warn!(%error, "a token could not be asked about");
            Refusal::Unavailable
        })?;
        let facts = answer.facts(presented, &self.accepted).map(Arc::new);
        self.memory.remember(token, facts.clone());
        Ok(facts)
    }

    async fn renew_snapshot(&self) -> Result<(), SourceError> {
        let now = self.now();
        let used = self.snapshot.load_full();
        let fetched = self.source.bundle(used.etag_to_compare(now)).await?;
        if let Fetched::New(text, etag) = fetched {
            let read = |etag| Snapshot::read(&text, etag, &self.keys(), &self.accepted, now);
            let next = match read(etag.clone()) {
                Err(BundleError::Signature(VerifyError::KeyUnknown)) => {
                    self.renew_keys_once().await?;
                    read(etag)?
                }
                read => read?,
            };
            next.may_follow(&used, now)?;
            self.snapshot.store(Arc::new(next));
        }
        self.confirmed_at.store(now.seconds(), Ordering::Release);
        Ok(())
    }

    async fn renew_keys_if_old(&self, age: Lifetime) -> Result<(), SourceError> {
        // Whoever comes while keys are being fetched waits, and finds them young.
        let mut fetched_at = self.keys_fetched_at.lock().await;
        let now = self.now();
        if now < fetched_at.plus(age) {
            return Ok(());
        }
        // A failure counts too.
        *fetched_at = now;
        let known = self.keys.load().etag.clone();
        if let Fetched::New(verifying, etag) = self.source.keys(known.as_ref()).await? {
            self.keys.store(Arc::new(Keys { verifying, etag }));
        }
        Ok(())
    }
}
