//! What a lab stands for at one time: a database, its keys, and a provider for each issuer that was
//! asked for. All of it is the production code; only clock, randomness and keys are the lab's.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::Router;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use symbolon_core::{algorithm::Algorithm, id::Id, keys, time::Clock};
use symbolon_declared::{Form, Plan};
use symbolon_http::keyring;
use symbolon_jose::{KeyEncryptionKey, Seal};
use symbolon_outbound::Outbound;
use symbolon_storage::{Storage, StoredKey};
use symbolon_web::password_pool::PasswordPool;
use symbolon_wire::{self as wire, Machine, config::Config};
use tokio::task::AbortHandle;

use crate::{clock::LabClock, keys::LabKey, relay, seed::Seed};

/// How many issuers a lab plays at once.
const MOST_ISSUERS: usize = 256;

/// What goes wrong with a lab itself.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LabError {
    #[error("{0}")]
    Config(String),
    #[error("a key cannot be made: {0}")]
    Key(#[from] openssl::error::ErrorStack),
    #[error("{0}")]
    State(#[from] symbolon_declared::StateError),
    #[error("{0}")]
    Storage(#[from] symbolon_storage::StorageError),
    #[error("{0}")]
    Wire(#[from] wire::WireError),
    #[error("a lab plays {MOST_ISSUERS} issuers at once and no more")]
    TooManyIssuers,
}

/// What never changes while a lab runs.
pub(crate) struct Ground {
    /// Where the lab is for itself.
    pub(crate) own: String,
    pub(crate) config: Config,
    pub(crate) clock: Arc<LabClock>,
    pub(crate) machine: Machine,
    pub(crate) outbound: Outbound,
    pub(crate) passwords: PasswordPool,
    pub(crate) seal: Seal,
    pub(crate) seed: Seed,
}

impl Ground {
    /// `listen` is where it really listens.
    pub(crate) fn new(listen: SocketAddr, seed: Seed) -> Result<Self, LabError> {
        let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let settings = [
            set("database", "sqlite::memory:"),
            set("listen", &listen.to_string()),
            set("listen_anyway", "true"),
            set("demo", "true"),
            set("log.level", "warn"),
            // As cheap as the product permits: these passwords are public.
            set("password.argon2_memory", "8192"),
            set("password.argon2_iterations", "1"),
            set("outbound.allow_loopback", "true"),
            // There are clients that want it, and they have to be tested most of all.
            set("requests.implicit_and_hybrid", "true"),
        ];
        let config = Config::load(None, std::iter::empty(), &settings);
        let config = config.map_err(|error| LabError::Config(error.to_string()))?;
        let clock = Arc::new(LabClock::new());
        let host = match listen.ip() {
            ip if !ip.is_unspecified() => ip,
            _ => Ipv4Addr::LOCALHOST.into(),
        };
        Ok(Self {
            own: format!("http://{}", SocketAddr::new(host, listen.port())),
            outbound: wire::outbound(&config)?,
            passwords: wire::password_pool(&config)?,
            machine: Machine {
                clock: Arc::clone(&clock) as Arc<dyn Clock>,
                entropy: Arc::new(crate::seed::SeededEntropy::new(seed)),
            },
            config,
            clock,
            seal: seal(&seed)?,
            seed,
        })
    }
}

/// What keeps keys at rest, as if somebody could not have them.
fn seal(seed: &Seed) -> Result<Seal, LabError> {
    let key = KeyEncryptionKey::from_base64(&STANDARD.encode(seed.array::<32>("seal")));
    let key = key.map_err(|error| LabError::Config(error.to_string()))?;
    Ok(Seal::new(key, Vec::new()))
}

/// An issuer that is played: its routes, and who tends to its provider.
struct Issuer {
    routes: Router,
    tending: AbortHandle,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.tending.abort();
    }
}

/// A database and what is made of it.
pub(crate) struct World {
    pub(crate) storage: Arc<dyn Storage>,
    issuers: tokio::sync::Mutex<BTreeMap<String, Issuer>>,
    keys: Mutex<BTreeMap<String, Arc<LabKey>>>,
    /// Keys that are not the provider's.
    strays: Mutex<BTreeMap<String, Arc<LabKey>>>,
    /// What faults keep from one request to another.
    notes: Mutex<BTreeMap<String, String>>,
    /// Where clients are really told.
    pub(crate) told: Mutex<BTreeMap<String, relay::Address>>,
    /// In place of a key set, by issuer: keys that are published nowhere else.
    replaced: Mutex<BTreeMap<String, Arc<LabKey>>>,
    /// What people sign in with.
    passwords: Mutex<BTreeMap<String, String>>,
    /// Claims of people beside those that they have, by username.
    pub(crate) claims: Mutex<BTreeMap<String, Map<String, Value>>>,
}

impl World {
    /// An empty database with keys.
    pub(crate) async fn new(ground: &Ground) -> Result<Self, LabError> {
        let storage = symbolon_storage::open("sqlite::memory:").await?;
        storage.migrate().await?;
        let world = Self {
            storage,
            issuers: tokio::sync::Mutex::default(),
            keys: Mutex::default(),
            strays: Mutex::default(),
            notes: Mutex::default(),
            told: Mutex::default(),
            replaced: Mutex::default(),
            passwords: Mutex::default(),
            claims: Mutex::default(),
        };
        world.make_due_keys(ground).await?;
        Ok(world)
    }

    /// Makes a declared state true. Whoever has no password in plain gets one, since a click has to
    /// be enough to sign in.
    pub(crate) async fn declare(&self, ground: &Ground, mut form: Form) -> Result<(), LabError> {
        for user in &mut form.users {
            let known = lock(&self.passwords).get(&user.username).cloned();
            let made = || format!("{}'s own lab password", user.username);
            let password = user.password.take().or(known).unwrap_or_else(made);
            lock(&self.passwords).insert(user.username.clone(), password.clone());
            user.password_hash = None;
            user.password = Some(password);
        }
        relay::declared(ground, self, &mut form);
        let now = ground.clock.now();
        let (storage, passwords) = (&*self.storage, &ground.passwords);
        let (seal, outbound) = (Some(&ground.seal), &ground.outbound);
        let plan = Plan::make(&form, storage, passwords, seal, outbound, now).await?;
        plan.apply(storage, passwords, now).await?;
        self.forget_issuers().await;
        Ok(())
    }

    /// The people who can sign in with a click.
    pub(crate) fn people(&self) -> Vec<String> {
        lock(&self.passwords).keys().cloned().collect()
    }

    /// What a person signs in with.
    pub(crate) fn password(&self, username: &str) -> Option<String> {
        lock(&self.passwords).get(username).cloned()
    }

    /// The routes of an issuer, whose provider is made when it is asked for first.
    pub(crate) async fn issuer(&self, ground: &Ground, issuer: &str) -> Result<Router, LabError> {
        let mut issuers = self.issuers.lock().await;
        if let Some(known) = issuers.get(issuer) {
            return Ok(known.routes.clone());
        }
        if issuers.len() >= MOST_ISSUERS {
            return Err(LabError::TooManyIssuers);
        }
        let provider = wire::provider(
            &ground.config,
            issuer,
            Arc::clone(&self.storage),
            ground.passwords.clone(),
            seal(&ground.seed)?,
            Some(wire::demo::guide(issuer, &ground.config.paths.authorize)),
            ground.machine.clone(),
        )
        .await?;
        let (pages, _) = wire::admin::router(
            &ground.config,
            issuer,
            &provider,
            &self.storage,
            ground.passwords.clone(),
            &ground.machine,
        )?;
        let tending = tokio::spawn(Arc::clone(&provider).tend()).abort_handle();
        let routes = pages.merge(symbolon_http::router(provider));
        let made = Issuer {
            routes: routes.clone(),
            tending,
        };
        issuers.insert(issuer.to_owned(), made);
        Ok(routes)
    }

    /// What was changed behind the backs of the providers is seen by the next request.
    pub(crate) async fn forget_issuers(&self) {
        self.issuers.lock().await.clear();
    }

    /// A key by its name.
    pub(crate) fn key(&self, kid: &str) -> Option<Arc<LabKey>> {
        let own = lock(&self.keys).get(kid).cloned();
        own.or_else(|| lock(&self.strays).get(kid).cloned())
    }

    /// The provider's first key of an algorithm.
    pub(crate) fn own_key(&self, algorithm: Algorithm) -> Option<Arc<LabKey>> {
        let keys = lock(&self.keys);
        let mut of_it = keys.values().filter(|key| key.algorithm == algorithm);
        of_it.next().cloned()
    }

    /// A new key of an algorithm that is none of the provider's.
    pub(crate) fn stray_key(
        &self,
        ground: &Ground,
        algorithm: Algorithm,
    ) -> Result<Arc<LabKey>, LabError> {
        let mut strays = lock(&self.strays);
        let number = u32::try_from(strays.len()).unwrap_or(u32::MAX);
        let key = Arc::new(LabKey::make(&ground.seed, algorithm, 1_000 + number)?);
        strays.insert(key.kid.clone(), Arc::clone(&key));
        Ok(key)
    }

    /// The key of somebody else, always the same.
    pub(crate) fn foreign_key(
        &self,
        ground: &Ground,
        algorithm: Algorithm,
    ) -> Result<Arc<LabKey>, LabError> {
        const NUMBER: u32 = 999;
        let kid = format!("lab-{}-{NUMBER}", algorithm.as_str().to_lowercase());
        if let Some(known) = lock(&self.strays).get(&kid) {
            return Ok(Arc::clone(known));
        }
        let key = Arc::new(LabKey::make(&ground.seed, algorithm, NUMBER)?);
        lock(&self.strays).insert(kid, Arc::clone(&key));
        Ok(key)
    }

    /// Keeps something for a later request; what was kept under the name before.
    pub(crate) fn note(&self, name: &str, value: &str) -> Option<String> {
        let mut notes = lock(&self.notes);
        // A lab that runs for days forgets all of them at once.
        if notes.len() > 10_000 {
            notes.clear();
        }
        notes.insert(name.to_owned(), value.to_owned())
    }

    /// What was kept.
    pub(crate) fn noted(&self, name: &str) -> Option<String> {
        lock(&self.notes).get(name).cloned()
    }

    /// From now on this is the only key that an issuer publishes.
    pub(crate) fn replace_keys(&self, issuer: &str, key: Arc<LabKey>) {
        lock(&self.replaced).insert(issuer.to_owned(), key);
    }

    /// What an issuer publishes in place of its keys.
    pub(crate) fn replaced_keys(&self, issuer: &str) -> Option<Arc<LabKey>> {
        lock(&self.replaced).get(issuer).cloned()
    }

    /// Makes a successor of every key, which signs at once.
    pub(crate) async fn rotate(&self, ground: &Ground) -> Result<(), LabError> {
        let now = ground.clock.now();
        let stored = keyring::records(&self.storage.signing_keys().await?);
        let plans = keys::rotation(&stored, &wire::key_settings(&ground.config)?, now, now);
        self.make_keys(ground, &plans).await?;
        self.forget_issuers().await;
        Ok(())
    }

    /// Makes what is due now, so that no provider makes keys of its own.
    pub(crate) async fn make_due_keys(&self, ground: &Ground) -> Result<(), LabError> {
        let settings = wire::key_settings(&ground.config)?;
        loop {
            let stored = keyring::records(&self.storage.signing_keys().await?);
            let plans = keys::due(&stored, &settings, ground.clock.now());
            if plans.is_empty() {
                return Ok(());
            }
            self.make_keys(ground, &plans).await?;
        }
    }

    async fn make_keys(&self, ground: &Ground, plans: &[keys::KeyPlan]) -> Result<(), LabError> {
        for plan in plans {
            let rsa = self.key(&format!("lab-rs256-{}", plan.generation));
            let key = match (plan.algorithm, rsa) {
                (Algorithm::PS256, Some(rsa)) => rsa.under(Algorithm::PS256, plan.generation),
                _ => LabKey::make(&ground.seed, plan.algorithm, plan.generation)?,
            };
            let Ok(id) = Id::parse(&key.kid) else {
                continue;
            };
            let context = keyring::context(&key.kid);
            let sealed = ground
                .seal
                .seal(context.as_bytes(), key.private_jwk().as_bytes());
            let record = keys::KeyRecord {
                id,
                algorithm: plan.algorithm,
                generation: plan.generation,
                created_at: ground.clock.now(),
                activates_at: plan.activates_at,
            };
            let stored = StoredKey { record, sealed };
            self.storage.create_signing_key(&stored).await?;
            lock(&self.keys).insert(key.kid.clone(), Arc::new(key));
        }
        Ok(())
    }

    /// The key that signs with an algorithm now.
    pub(crate) async fn active_key(
        &self,
        ground: &Ground,
        algorithm: Algorithm,
    ) -> Result<Option<Arc<LabKey>>, LabError> {
        let stored = keyring::records(&self.storage.signing_keys().await?);
        let active = keys::active(stored.iter(), algorithm, ground.clock.now());
        Ok(active.and_then(|record| self.key(record.id.as_str())))
    }
}

/// What a thread that panicked left behind is whole: every write is a single one.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
