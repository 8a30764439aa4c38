//! The browser's side of a session: a cookie that names a record, and nothing more.
//!
//! `tower-sessions` handles the cookie; the record is kept under the SHA-256 of the cookie's value
//! (requirement A6.1). Who is signed in is *not* in it: it only lists the names of single sign-on
//! sessions, which live and end in a table of their own, so a request that runs while another one
//! signs out cannot bring a session back (requirement A6.7).

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use symbolon_core::{
    entropy::Entropy,
    id::Id,
    mac,
    secret::{ClientSecret, Secret},
    session::Session,
    subject::Subject,
    time::{Clock, Lifetime},
};
use symbolon_storage::{Browser, Storage};
use tower_sessions::{
    Expiry, SessionManagerLayer, SessionStore,
    cookie::SameSite,
    session::{Id as CookieId, Record},
    session_store,
};

/// How many accounts one browser can be signed in to at once.
pub const MOST_SESSIONS: usize = 8;

const KEY: &str = "browser";

/// Keeps browsers in the provider's storage.
#[derive(Clone)]
pub struct BrowserStore {
    storage: Arc<dyn Storage>,
    clock: Arc<dyn Clock>,
    idle: Lifetime,
}

impl BrowserStore {
    /// The layer that reads and sets the cookie. Over https its name begins with `__Host-`, so that
    /// no sibling domain can set it; Lax, since people come from the client's site.
    pub fn layer(
        storage: Arc<dyn Storage>,
        clock: Arc<dyn Clock>,
        https: bool,
        idle_seconds: i64,
    ) -> SessionManagerLayer<Self> {
        let idle = Lifetime::from_seconds(u32::try_from(idle_seconds).unwrap_or(u32::MAX));
        let store = Self {
            storage,
            clock,
            idle,
        };
        SessionManagerLayer::new(store)
            .with_name(if https { "__Host-symbolon" } else { "symbolon" })
            .with_secure(https)
            .with_http_only(true)
            .with_same_site(SameSite::Lax)
            .with_path("/")
            .with_expiry(Expiry::OnInactivity(time::Duration::seconds(idle_seconds)))
    }
}

impl fmt::Debug for BrowserStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BrowserStore")
    }
}

#[async_trait]
impl SessionStore for BrowserStore {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let browser = self.encode(record)?;
        self.storage
            .create_browser(&digest(&record.id), &browser)
            .await
            .map_err(backend)
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let browser = self.encode(record)?;
        self.storage
            .save_browser(&digest(&record.id), &browser)
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &CookieId) -> session_store::Result<Option<Record>> {
        let found = self
            .storage
            .browser(&digest(id), self.clock.now())
            .await
            .map_err(backend)?;
        found.map(|browser| decode(*id, &browser)).transpose()
    }

    async fn delete(&self, id: &CookieId) -> session_store::Result<()> {
        self.storage
            .delete_browser(&digest(id))
            .await
            .map_err(backend)
    }
}

fn digest(id: &CookieId) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

impl BrowserStore {
    /// A record ends by our clock, not by the one that the session layer reads.
    fn encode(&self, record: &Record) -> session_store::Result<Browser> {
        let data = serde_json::to_string(&record.data)
            .map_err(|error| session_store::Error::Encode(error.to_string()))?;
        let expires_at = self.clock.now().plus(self.idle);
        Ok(Browser { data, expires_at })
    }
}

fn decode(id: CookieId, browser: &Browser) -> session_store::Result<Record> {
    let failed = |error: String| session_store::Error::Decode(error);
    Ok(Record {
        id,
        data: serde_json::from_str(&browser.data).map_err(|error| failed(error.to_string()))?,
        expiry_date: time::OffsetDateTime::from_unix_timestamp(browser.expires_at.seconds())
            .map_err(|error| failed(error.to_string()))?,
    })
}

fn backend(error: symbolon_storage::StorageError) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

/// What is remembered of a browser.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Memory {
    /// Ties interactions to this browser. Survives the change of the cookie at sign-in.
    binding: String,
    /// Key of the tokens in forms.
    csrf: String,
    /// Single sign-on sessions, latest first.
    sessions: Vec<Id<Session>>,
    /// Who signed in here before, latest first.
    known: Vec<Id<Subject>>,
}

/// A browser that talks to us.
#[derive(Debug)]
pub struct BrowserSession {
    cookie: tower_sessions::Session,
    memory: Memory,
}

impl BrowserSession {
    /// The browser of a request; an unknown one becomes known when something is stored.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn load(
        cookie: tower_sessions::Session,
        entropy: &dyn Entropy,
    ) -> session_store_error::Result<Self> {
        let memory = match cookie.get::<Memory>(KEY).await? {
            Some(memory) => memory,
            None => Memory {
                binding: Id::<Self>::random(entropy).as_str().to_owned(),
                csrf: Secret::<ClientSecret>::generate(entropy)
                    .expose()
                    .to_owned(),
                ..Memory::default()
            },
        };
        Ok(Self { cookie, memory })
    }

    /// Makes sure that the browser is known: its next request carries the cookie.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn remember(&self) -> session_store_error::Result<()> {
        self.cookie.insert(KEY, &self.memory).await
    }

    /// What interactions of this browser are tied to.
    pub fn binding(&self) -> &str {
        &self.memory.binding
    }

    /// The names of its sessions, latest first. Whether they live is another question.
    pub fn sessions(&self) -> &[Id<Session>] {
        &self.memory.sessions
    }

    /// Whether this person signed in here before (requirement A5.4).
    pub fn knows(&self, subject: &Id<Subject>) -> bool {
        self.memory.known.contains(subject)
    }

    /// A session was made or used: it comes first, and the cookie changes (requirement A6.1).
    ///
    /// # Errors
    /// When storage fails.
    pub async fn signed_in(
        &mut self,
        session: &Id<Session>,
        subject: &Id<Subject>,
    ) -> session_store_error::Result<()> {
        move_to_front(&mut self.memory.sessions, session);
        move_to_front(&mut self.memory.known, subject);
        self.remember().await?;
        self.cookie.cycle_id().await
    }

    /// Sessions ended: their names are forgotten.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn forget(&mut self, ended: &[Id<Session>]) -> session_store_error::Result<()> {
        self.memory
            .sessions
            .retain(|session| !ended.contains(session));
        self.remember().await?;
        self.cookie.cycle_id().await
    }

    /// The token of a form: bound to this browser and to what the form is about (requirement A6.4).
    pub fn csrf(&self, purpose: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.mac(purpose).finalize().into_bytes())
    }

    /// Whether a form came back with its token. Compares in constant time.
    pub fn is_csrf(&self, purpose: &str, presented: &str) -> bool {
        let presented = URL_SAFE_NO_PAD.decode(presented).unwrap_or_default();
        self.mac(purpose).verify_slice(&presented).is_ok()
    }

    fn mac(&self, purpose: &str) -> Hmac<Sha256> {
        let mut mac = mac::keyed(&Sha256::digest(self.memory.csrf.as_bytes()).into());
        mac.update(purpose.as_bytes());
        mac
    }
}

fn move_to_front<T: Clone + PartialEq>(list: &mut Vec<T>, item: &T) {
    list.retain(|other| other != item);
    list.insert(0, item.clone());
    list.truncate(MOST_SESSIONS);
}

/// The errors of the session layer.
pub mod session_store_error {
    /// What a call on a browser answers.
    pub type Result<T> = std::result::Result<T, tower_sessions::session::Error>;
}
