//! The public keys of clients: registered inline, or fetched from `jwks_uri`.
//!
//! Fetched keys are good for [`FRESH`]. A token that they do not verify because its key is not among
//! them is the sign of a rotation: they are fetched anew, but not more than [`MOST_FETCHES`] times
//! within [`WINDOW`], whatever is presented, since anybody can present anything. When that fails the
//! keys that are there stay good, for [`STALE`] at the most: whoever can keep us from fetching must
//! not keep a withdrawn key alive.
#![doc(alias = "jwks_uri")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use symbolon_core::{client::Client, encryption::KeyManagement, id::Id};
use symbolon_jose::{
    EncryptingKey, EncryptingKeys, Expected as ExpectedToken, JoseError, Verified, VerifyError,
    VerifyingKeys, certificate::registered_certificates, strict_json,
};
use symbolon_outbound::{Expected, Outbound};
use symbolon_web::memory::{Age, Memory, instant};
use tokio::sync::Mutex;

/// For how long fetched keys are used without another look.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// For how long they are used when no other look is possible.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// How often one address is fetched within [`WINDOW`], successfully or not.
const MOST_FETCHES: u32 = 5;

/// See [`MOST_FETCHES`].
const WINDOW: Duration = Duration::from_secs(60);

/// What a key set may be (RFC 7517 §8.5.2), and how long: a hundred keys fit.
const JWK_SET: Expected = Expected {
    content_types: &["application/jwk-set+json", "application/json"],
    most_bytes: 64 * 1024,
};

/// Why a token of a client does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unverified {
    /// Its keys cannot be had.
    KeysUnavailable,
    /// They do not verify it.
    Token(VerifyError),
}

/// The keys of all clients, as far as they were needed.
pub struct ClientKeys {
    outbound: Arc<Outbound>,
    registered: Memory<Id<Client>, (Value, KeySet)>,
    fetched: Memory<str, Mutex<Fetched>>,
}

/// What is read of a key set.
#[derive(Clone)]
struct KeySet {
    keys: VerifyingKeys,
    encrypting: EncryptingKeys,
    /// In DER.
    certificates: Arc<[Vec<u8>]>,
}

/// What is known of one address.
#[derive(Default)]
struct Fetched {
    keys: Option<(KeySet, Instant)>,
    window: Option<Instant>,
    fetches: u32,
}

impl ClientKeys {
    /// Nothing known yet.
    pub fn new(outbound: Arc<Outbound>) -> Self {
        Self {
            outbound,
            registered: Memory::new(10_000, Age::Unbounded),
            fetched: Memory::new(10_000, Age::SinceUsed(STALE)),
        }
    }

    /// Verifies a token that a client has signed.
    ///
    /// # Errors
    /// [`Unverified`].
    pub async fn verify(
        &self,
        client: &Client,
        token: &str,
        expected: ExpectedToken<'_>,
    ) -> Result<Verified, Unverified> {
        let metadata = &client.metadata;
        match (&metadata.jwks, &metadata.jwks_uri) {
            (Some(jwks), _) => self
                .registered(client, jwks)?
                .keys
                .verify(token, expected)
                .map_err(Unverified::Token),
            (None, Some(uri)) => self.verify_fetched(uri, token, expected).await,
            (None, None) => Err(Unverified::KeysUnavailable),
        }
    }

    /// The certificates that a client has registered, in DER; fetched anew, as for a key that is not
    /// known, if this one is not among them.
    pub async fn certificates(&self, client: &Client, shown: &[u8]) -> Arc<[Vec<u8>]> {
        let metadata = &client.metadata;
        let found = match (&metadata.jwks, &metadata.jwks_uri) {
            (Some(jwks), _) => self.registered(client, jwks),
            (None, Some(uri)) => {
                let known = |set: &KeySet| set.certificates.iter().any(|known| known == shown);
                self.fetched(uri, known).await
            }
            (None, None) => Err(Unverified::KeysUnavailable),
        };
        found.map(|set| set.certificates).unwrap_or_default()
    }

    /// The key of a client to encrypt with in this way; fetched anew if there is none.
    pub async fn encrypting(&self, client: &Client, way: KeyManagement) -> Option<EncryptingKey> {
        let metadata = &client.metadata;
        let set = match (&metadata.jwks, &metadata.jwks_uri) {
            (Some(jwks), _) => self.registered(client, jwks),
            (None, Some(uri)) => {
                let known = |set: &KeySet| set.encrypting.find(way).is_some();
                self.fetched(uri, known).await
            }
            (None, None) => Err(Unverified::KeysUnavailable),
        };
        set.ok()?.encrypting.find(way).cloned()
    }

    fn registered(&self, client: &Client, jwks: &Value) -> Result<KeySet, Unverified> {
        let kept = self.registered.value(&client.id);
        if let Some(kept) = kept.filter(|kept| kept.0 == *jwks) {
            return Ok(kept.1.clone());
        }
        let keys = KeySet::read(jwks).map_err(|error| {
            tracing::warn!(client = %client.id, %error, "the registered jwks cannot be used");
            Unverified::KeysUnavailable
        })?;
        let kept = Arc::new((jwks.clone(), keys.clone()));
        self.registered.keep(&client.id, Some(kept));
        Ok(keys)
    }

    async fn verify_fetched(
        &self,
        uri: &str,
        token: &str,
        expected: ExpectedToken<'_>,
    ) -> Result<Verified, Unverified> {
        let unknown = [VerifyError::KeyUnknown, VerifyError::KeyIdMissing];
        let mut verified = None;
        let knows = |set: &KeySet| {
            let outcome = set.keys.verify(token, expected);
            let knows = !outcome.as_ref().is_err_and(|error| unknown.contains(error));
            verified = Some(outcome);
            knows
        };
        self.fetched(uri, knows).await?;
        verified
            .unwrap_or(Err(VerifyError::KeyUnknown))
            .map_err(Unverified::Token)
    }

    /// The keys at an address. If they do not know what is asked about, they are fetched anew, and
    /// asked again.
    async fn fetched(
        &self,
        uri: &str,
        mut knows: impl FnMut(&KeySet) -> bool,
    ) -> Result<KeySet, Unverified> {
        let place = self.fetched.value_or_default(uri);
        let (set, seen) = {
            let mut fetched = place.lock().await;
            if fetched.age().is_none_or(|age| age >= FRESH) {
                self.fetch(uri, &mut fetched).await;
            }
            fetched.usable().ok_or(Unverified::KeysUnavailable)?
        };
        if knows(&set) {
            return Ok(set);
        }
        let (set, _) = {
            let mut fetched = place.lock().await;
            // Unless somebody else has fetched them while we waited.
            if fetched.fetched_at() == Some(seen) {
                self.fetch(uri, &mut fetched).await;
            }
            fetched.usable().ok_or(Unverified::KeysUnavailable)?
        };
        knows(&set);
        Ok(set)
    }

    /// Fetches the keys, unless that was done too often of late. What cannot be had changes nothing.
    async fn fetch(&self, uri: &str, fetched: &mut Fetched) {
        if !fetched.may_fetch() {
            return;
        }
        let keys = match self.outbound.get(uri, JWK_SET).await {
            Ok(body) => strict_json::object_from_slice::<Value>(&body)
                .map_err(|error| error.to_string())
                .and_then(|jwks| KeySet::read(&jwks).map_err(|error| error.to_string())),
            Err(error) => Err(error.to_string()),
        };
        match keys {
            Ok(keys) => fetched.keys = Some((keys, instant())),
            Err(error) => {
                tracing::warn!(%uri, error, "the keys of a client cannot be fetched");
                // With keys to go on with, one request a window waits for an address that is slow.
                if fetched.keys.is_some() {
                    fetched.fetches = MOST_FETCHES;
                }
            }
        }
    }
}

impl KeySet {
    fn read(jwks: &Value) -> Result<Self, JoseError> {
        let encrypting = EncryptingKeys::from_jwks(jwks);
        Ok(Self {
            keys: VerifyingKeys::beside(jwks, &encrypting)?,
            encrypting,
            certificates: registered_certificates(jwks).into(),
        })
    }
}

impl Fetched {
    fn fetched_at(&self) -> Option<Instant> {
        self.keys.as_ref().map(|(_, at)| *at)
    }

    fn age(&self) -> Option<Duration> {
        self.fetched_at().map(|at| at.elapsed())
    }

    fn usable(&self) -> Option<(KeySet, Instant)> {
        self.keys.clone().filter(|(_, at)| at.elapsed() < STALE)
    }

    fn may_fetch(&mut self) -> bool {
        if self.window.is_none_or(|began| began.elapsed() >= WINDOW) {
            self.window = Some(instant());
            self.fetches = 0;
        }
        self.fetches += 1;
        self.fetches <= MOST_FETCHES
    }
}
