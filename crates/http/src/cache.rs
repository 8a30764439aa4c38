//! What is asked for on every request, kept in memory, and forgotten within a second of a change on
//! any instance.
//!
//! Every write that another instance may have cached adds to the change feed in the same
//! transaction; each instance reads the feed several times a second ([`Cache::learn`]). An instance
//! that cannot read it stops trusting its memory.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwapOption;
use symbolon_core::{
    approval::Approval,
    claims::ClaimsRequest,
    client::Client,
    decision::Change,
    id::Id,
    policy::Policy,
    secret::{self, AccessToken, Digest},
    subject::Subject,
    time::{Clock, Lifetime, Timestamp},
    token::{opaque::OpaqueAccessToken, personal::PersonalAccessToken},
};
use symbolon_storage::{Changed, Storage};
use symbolon_web::{
    memory::{Age, Memory, Name, instant},
    metrics::Metrics,
};

use crate::failure::Failure;

/// How often the feed is read.
pub const POLL_INTERVAL: Duration = Duration::from_millis(300);

/// For how long memory is trusted without having read the feed.
const TRUST: Duration = Duration::from_millis(900);

/// An instance that could not read the feed for so long forgets everything when it can again: what
/// changed meanwhile may be older than [`WINDOW`] by then. The rest of the window is what clocks and
/// transactions need.
const CUT_OFF: Duration = Duration::from_secs(60);

/// How exact the last use of a personal access token is.
const USE_INTERVAL: Duration = Duration::from_secs(60);

/// How far back the feed is read: clocks of instances may differ by a minute and a bit
/// (requirement A9.5), and a transaction may commit some seconds after it took its time stamp.
const WINDOW: Lifetime = Lifetime::from_seconds(180);

/// What an access token of an approval needs to know of it.
#[derive(Debug)]
pub struct ApprovalFacts {
    /// Whether its tokens are good.
    pub live: bool,
    /// The claims that were asked for by name.
    pub claims: ClaimsRequest,
}

/// The memory of one instance.
pub struct Cache {
    clock: Arc<dyn Clock>,
    storage: Arc<dyn Storage>,
    metrics: Arc<Metrics>,
    clients: Kept<Id<Client>, Client>,
    subjects: Kept<Id<Subject>, Subject>,
    approvals: Kept<Id<Approval>, ApprovalFacts>,
    revoked: Kept<String, ()>,
    opaque: Kept<String, OpaqueAccessToken>,
    personal: Kept<String, PersonalAccessToken>,
    recorded: Memory<Id<PersonalAccessToken>, ()>,
    seen: Mutex<HashSet<Changed>>,
    read_at: Mutex<Option<Instant>>,
    keys_changed: AtomicBool,
    epoch: AtomicU64,
    policy: ArcSwapOption<LoadedPolicy>,
    policy_changed: AtomicBool,
    /// How many times the policy began to be loaded.
    policy_loads: AtomicU64,
    policy_turn: tokio::sync::Mutex<()>,
}

/// The policy, and which of the loads brought it.
struct LoadedPolicy {
    load: u64,
    policy: Arc<Policy>,
}

impl Cache {
    /// An empty memory in front of a storage.
    pub fn new(storage: Arc<dyn Storage>, clock: Arc<dyn Clock>, metrics: Arc<Metrics>) -> Self {
        Self {
            clock,
            storage,
            metrics,
            clients: Kept::new("client", 10_000),
            subjects: Kept::new("subject", 50_000),
            approvals: Kept::new("approval", 50_000),
            revoked: Kept::new("revoked_token", 100_000),
            opaque: Kept::new("access_token", 50_000),
            personal: Kept::new("personal_access_token", 50_000),
            recorded: Memory::new(50_000, Age::SinceKept(USE_INTERVAL)),
            seen: Mutex::default(),
            read_at: Mutex::default(),
            keys_changed: AtomicBool::new(false),
            epoch: AtomicU64::new(0),
            policy: ArcSwapOption::empty(),
            policy_changed: AtomicBool::new(true),
            policy_loads: AtomicU64::new(0),
            policy_turn: tokio::sync::Mutex::default(),
        }
    }

    /// The client of this name.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn client(&self, id: &Id<Client>) -> Result<Option<Arc<Client>>, Failure> {
        self.keep(&self.clients, id, async {
            Ok(self.storage.client(id).await?)
        })
        .await
    }

    /// Forgets a client that this instance itself has just changed.
    pub fn forget_client(&self, id: &Id<Client>) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.clients.forget(id);
    }

    /// The subject of this name, with the roles that it holds now.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn subject(&self, id: &Id<Subject>) -> Result<Option<Arc<Subject>>, Failure> {
        let load = async || Ok(self.storage.subject(id, self.clock.now()).await?);
        let found = self.keep(&self.subjects, id, load()).await?;
        let end = found.as_ref().and_then(|subject| subject.roles_until);
        if end.is_none_or(|end| self.clock.now() < end) {
            return Ok(found);
        }
        // A role has ended since: nothing tells us but the clock.
        self.subjects.forget(id);
        self.keep(&self.subjects, id, load()).await
    }

    /// The policy in force.
    ///
    /// # Errors
    /// When it is not in memory, or memory is not trusted, and storage fails.
    pub async fn policy(&self) -> Result<Arc<Policy>, Failure> {
        if self.is_trusted()
            && let Some(loaded) = &*self.policy.load()
        {
            return Ok(Arc::clone(&loaded.policy));
        }
        self.load_policy().await
    }

    /// What is known of an approval; `None` when it is not known any more.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn approval(&self, id: &Id<Approval>) -> Result<Option<Arc<ApprovalFacts>>, Failure> {
        let load = async {
            let approval = self.storage.approval(id).await?;
            Ok(approval.map(|approval| ApprovalFacts {
                live: approval.is_live(),
                claims: approval.claims,
            }))
        };
        self.keep(&self.approvals, id, load).await
    }

    /// Whether the token of this `jti` was revoked.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn is_revoked(&self, jti: &String) -> Result<bool, Failure> {
        let load = async { Ok(self.storage.is_revoked(jti).await?.then_some(())) };
        Ok(self.keep(&self.revoked, jti, load).await?.is_some())
    }

    /// An opaque access token.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn opaque(
        &self,
        token: Digest<AccessToken>,
    ) -> Result<Option<Arc<OpaqueAccessToken>>, Failure> {
        let load = async { Ok(self.storage.access_token(token).await?) };
        self.keep(&self.opaque, &token.hexadecimal(), load).await
    }

    /// A personal access token.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn personal(
        &self,
        token: Digest<secret::PersonalAccessToken>,
    ) -> Result<Option<Arc<PersonalAccessToken>>, Failure> {
        let load = async { Ok(self.storage.personal_token(token).await?) };
        self.keep(&self.personal, &token.hexadecimal(), load).await
    }

    /// Whether this use of a personal access token is to be recorded: not more often than once in
    /// [`USE_INTERVAL`].
    pub fn is_use_to_be_recorded(&self, token: &Id<PersonalAccessToken>) -> bool {
        self.recorded.is_new(token)
    }

    /// Forgets what this instance itself has just changed.
    pub fn applied(&self, changes: &[Change]) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        for change in changes {
            match change {
                Change::RevokeApproval { approval, .. } => self.approvals.forget(approval),
                Change::RevokeAccessToken { jti, .. } => self.revoked.forget(jti),
                Change::RevokeOpaqueAccessToken { token, .. } => {
                    self.opaque.forget(&token.hexadecimal());
                }
                Change::IssueOpaqueAccessToken(_)
                | Change::RecordPoll { .. }
                | Change::SlowDown { .. }
                | Change::RedeemCode { .. }
                | Change::RotateRefreshToken { .. } => {}
            }
        }
    }

    /// Reads the feed, and forgets what changed since it was read last.
    ///
    /// # Errors
    /// When storage fails; memory is not trusted then until it answers again.
    pub async fn learn(&self, now: Timestamp) -> Result<(), Failure> {
        let began = instant();
        let recent = self.storage.changed_since(now.minus(WINDOW)).await?;
        let recent: HashSet<Changed> = recent.into_iter().collect();
        let fresh: Vec<Changed> = {
            let mut seen = lock(&self.seen);
            let fresh = recent.difference(&seen).cloned().collect();
            *seen = recent;
            fresh
        };
        if lock(&self.read_at).is_some_and(|read_at| read_at.elapsed() >= CUT_OFF) {
            self.forget_all();
            self.epoch.fetch_add(1, Ordering::AcqRel);
        }
        fresh.iter().for_each(|change| self.forget(change));
        if !fresh.is_empty() {
            self.epoch.fetch_add(1, Ordering::AcqRel);
        }
        // Before memory is trusted again: a policy that cannot be loaded must not go on as it was.
        if self.policy_changed.swap(false, Ordering::AcqRel)
            && let Err(error) = self.load_policy().await
        {
            self.policy_changed.store(true, Ordering::Release);
            return Err(error);
        }
        *lock(&self.read_at) = Some(began);
        Ok(())
    }

    /// Whether signing keys changed since this was asked last.
    pub fn take_keys_changed(&self) -> bool {
        self.keys_changed.swap(false, Ordering::AcqRel)
    }

    /// A number that grows with every change of anything that is known here; `None` while memory is
    /// not trusted.
    pub fn epoch(&self) -> Option<u64> {
        self.is_trusted()
            .then(|| self.epoch.load(Ordering::Acquire))
    }

    fn forget(&self, change: &Changed) {
        match change.noun.as_str() {
            "client" => Id::parse(&change.key)
                .iter()
                .for_each(|id| self.clients.forget(id)),
            "subject" => Id::parse(&change.key)
                .iter()
                .for_each(|id| self.subjects.forget(id)),
            "approval" => Id::parse(&change.key)
                .iter()
                .for_each(|id| self.approvals.forget(id)),
            "revoked_token" => self.revoked.forget(&change.key),
            "access_token" => self.opaque.forget(&change.key),
            // Named by its id, kept by its digest; revocations are rare.
            "personal_access_token" => self.personal.forget_all(),
            // Rare, and it touches everybody in it, and its relations.
            "organization" => {
                self.subjects.forget_all();
                self.policy_changed.store(true, Ordering::Release);
            }
            "policy" => self.policy_changed.store(true, Ordering::Release),
            "signing_key" => self.keys_changed.store(true, Ordering::Release),
            _ => {}
        }
    }

    fn forget_all(&self) {
        self.clients.forget_all();
        self.subjects.forget_all();
        self.approvals.forget_all();
        self.revoked.forget_all();
        self.opaque.forget_all();
        self.personal.forget_all();
        self.policy_changed.store(true, Ordering::Release);
        self.keys_changed.store(true, Ordering::Release);
    }

    /// The policy as it is stored now. One load at a time, and one that began after this was asked
    /// for is as good as an own: a crowd that does not trust its memory costs two. What is loaded is
    /// kept, also while memory is not trusted: nobody sees an older one after a newer one.
    async fn load_policy(&self) -> Result<Arc<Policy>, Failure> {
        let asked = self.policy_loads.load(Ordering::Acquire);
        let _turn = self.policy_turn.lock().await;
        if let Some(loaded) = &*self.policy.load()
            && loaded.load >= asked
        {
            return Ok(Arc::clone(&loaded.policy));
        }
        let load = self.policy_loads.fetch_add(1, Ordering::AcqRel);
        let facts = self.storage.policy_facts().await?;
        let policy = Arc::new(facts.compile()?);
        self.policy.store(Some(Arc::new(LoadedPolicy {
            load,
            policy: Arc::clone(&policy),
        })));
        Ok(policy)
    }

    async fn keep<K, V>(
        &self,
        kept: &Kept<K, V>,
        key: &K,
        load: impl Future<Output = Result<Option<V>, Failure>>,
    ) -> Result<Option<Arc<V>>, Failure>
    where
        K: Name,
        V: Send + Sync + 'static,
    {
        let trusted = self.is_trusted();
        if trusted && let Some(found) = kept.entries.known(key) {
            self.metrics.looked_up(kept.name, true);
            return Ok(found);
        }
        self.metrics.looked_up(kept.name, false);
        let epoch = kept.epoch.load(Ordering::Acquire);
        let loaded = load.await?.map(Arc::new);
        // A change that came while we read may be missing in what we read: then it is not kept.
        if trusted && kept.epoch.load(Ordering::Acquire) == epoch {
            kept.entries.keep(key, loaded.clone());
        }
        Ok(loaded)
    }

    fn is_trusted(&self) -> bool {
        lock(&self.read_at).is_some_and(|read_at| read_at.elapsed() < TRUST)
    }
}

/// What a thread that panicked left behind is whole: every write to these is a single assignment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One kind of thing: `None` is kept too, so that an unknown name does not ask every time.
struct Kept<K, V> {
    name: &'static str,
    entries: Memory<K, V>,
    epoch: AtomicU64,
}

impl<K, V> Kept<K, V>
where
    K: Name,
    V: Send + Sync + 'static,
{
    fn new(name: &'static str, capacity: u64) -> Self {
        Self {
            name,
            // A bound on age besides the feed, should a change ever be missed.
            entries: Memory::new(capacity, Age::SinceKept(Duration::from_secs(300))),
            epoch: AtomicU64::new(0),
        }
    }

    fn forget(&self, key: &K) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.entries.forget(key);
    }

    fn forget_all(&self) {
        self.epoch.fetch_add(1, Ordering::AcqRel);
        self.entries.forget_all();
    }
}
