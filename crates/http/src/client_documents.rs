//! Clients whose identifier is the address of a document that says what they are.
//!
//! A document is good for [`FRESH`], and when it cannot be had any more, for [`STALE`]: whoever takes
//! it away takes the client away. What cannot be had or read is not asked for again within [`FAILED`],
//! and of addresses that nobody has signed in to yet at most [`MOST_NEW`] are asked for within a
//! minute, since anybody can name any address.
//!
//! Such a client is in memory alone until somebody signs in to it: then it gets a row, which approvals
//! refer to, and in which an operator can shut it out.
#![doc(alias = "draft-ietf-oauth-client-id-metadata-document")]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::{Map, Value};
use symbolon_core::{
    client::{Client, Origin},
    id::Id,
    registration::{
        Registration,
        document::{self, DocumentRefusal},
        policy::Registered,
    },
};
use symbolon_jose::VerifyingKeys;
use symbolon_outbound::{Expected, Outbound};
use symbolon_storage::{Act, Administered};
use symbolon_web::memory::{Age, Memory, instant};
use tokio::sync::Mutex;

use crate::{
    exchange::TRIES,
    failure::Failure,
    provider::Provider,
    registration::{event, offer},
    sector,
    throttle::Throttle,
};

/// For how long a document is used without another look.
const FRESH: Duration = Duration::from_secs(10 * 60);

/// For how long it is used when no other look is possible.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long an address that gave nothing is left alone.
const FAILED: Duration = Duration::from_secs(30);

/// How many addresses without a row are asked within a minute.
const MOST_NEW: u32 = 120;

/// What a document may be, and how long.
const DOCUMENT: Expected = Expected {
    content_types: &["application/json"],
    most_bytes: 32 * 1024,
};

/// The documents, as far as they were needed.
pub struct ClientDocuments {
    outbound: Arc<Outbound>,
    known: Memory<Id<Client>, Mutex<Known>>,
    new: Throttle,
}

/// What is known of one address.
#[derive(Default)]
struct Known {
    client: Option<(Arc<Client>, Instant)>,
    asked: Option<Instant>,
    failed: bool,
}

impl ClientDocuments {
    /// Nothing known yet.
    pub fn new(outbound: Arc<Outbound>) -> Self {
        Self {
            outbound,
            known: Memory::new(1_000, Age::SinceUsed(STALE)),
            new: Throttle::new(MOST_NEW, Duration::from_secs(60), 1),
        }
    }

    /// The client that the document at the address describes, if it can be had. One request at a time
    /// an address: who comes meanwhile waits for it.
    async fn client(
        &self,
        provider: &Provider,
        id: &Id<Client>,
        is_new: bool,
    ) -> Option<Arc<Client>> {
        let place = self.known.value_or_default(id);
        let mut known = place.lock().await;
        let wait = if known.failed { FAILED } else { FRESH };
        if known.asked.is_none_or(|asked| asked.elapsed() >= wait) {
            if is_new && known.client.is_none() {
                if self.new.is_exhausted(String::new) {
                    tracing::warn!(client = %id, "too many new client documents within a minute");
                    return None;
                }
                self.new.failed("");
            }
            known.asked = Some(instant());
            let fetched = self.fetch(provider, id).await;
            known.failed = fetched.is_err();
            match fetched {
                Ok(client) => known.client = Some((Arc::new(client), instant())),
                Err(error) => {
                    tracing::warn!(client = %id, %error, "the document of a client cannot be used");
                    // What it says now counts, also when that is nothing that we understand.
                    if !matches!(error, Unusable::Unavailable(_)) {
                        known.client = None;
                    }
                }
            }
        }
        let usable = known.client.as_ref();
        let usable = usable.filter(|(_, at)| at.elapsed() < STALE);
        usable.map(|(client, _)| Arc::clone(client))
    }

    async fn fetch(&self, provider: &Provider, id: &Id<Client>) -> Result<Client, Unusable> {
        let body = self.outbound.get(id.as_str(), DOCUMENT).await;
        let body = body.map_err(|error| Unusable::Unavailable(error.to_string()))?;
        let document: Map<String, Value> = symbolon_core::json::object(&body)
            .map_err(|error| Unusable::Json(error.to_string()))?;
        let policy = &provider.settings.registration.policy;
        let methods = provider.certificates.methods();
        let registered = document::read(id, document, policy, offer(provider, &methods));
        let registered = registered.map_err(Unusable::Refused)?;
        if let Some(jwks) = &registered.metadata.jwks {
            let checked = VerifyingKeys::check_registered(jwks);
            checked.map_err(|error| Unusable::Json(error.to_string()))?;
        }
        let sector = sector::check(&self.outbound, &registered.metadata).await;
        sector.map_err(|error| Unusable::Json(error.to_string()))?;
        let client = client(id, registered);
        client
            .check()
            .map_err(|error| Unusable::Json(error.to_string()))?;
        Ok(client)
    }
}

/// Why there is no client at an address: for the log.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("{0}")]
    Json(String),
    #[error("{0:?}")]
    Refused(DocumentRefusal),
    #[error("{0}")]
    Unavailable(String),
}

impl Provider {
    /// The client of this name: one that is stored, or one that a document describes.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn client(&self, id: &Id<Client>) -> Result<Option<Arc<Client>>, Failure> {
        let stored = self.cache.client(id).await?;
        let own_word = |stored: &Arc<Client>| stored.origin == Origin::Document;
        if stored.as_ref().is_some_and(|stored| !own_word(stored)) || !document::is_address(id) {
            return Ok(stored);
        }
        if !self.settings.registration.documents {
            return Ok(None);
        }
        let documents = &self.client_documents;
        let described = documents.client(self, id, stored.is_none()).await;
        let disabled_at = stored.and_then(|stored| stored.disabled_at);
        Ok(described.map(|client| match disabled_at {
            None => client,
            Some(_) => Arc::new(Client {
                disabled_at,
                ..(*client).clone()
            }),
        }))
    }

    /// Gives a client that a document describes its row, before something refers to it.
    ///
    /// # Errors
    /// When storage fails, or there are as many as there may be.
    pub(crate) async fn keep(&self, client: &Client) -> Result<(), Failure> {
        if client.origin != Origin::Document {
            return Ok(());
        }
        let settings = &self.settings.registration;
        for _ in 0..TRIES {
            let stored = self.cache.client(&client.id).await?;
            if stored.is_some_and(|stored| stored.metadata == client.metadata) {
                return Ok(());
            }
            let now = self.now();
            let event = event(self, "client.document", client, client.id.as_str(), None);
            let act = match self.storage.stored_client(&client.id).await? {
                None => Act::RegisterClient {
                    client: Box::new(client.clone()),
                    registration: Box::new(Registration {
                        client: client.id.clone(),
                        token: None,
                        initial_token: None,
                        policy: None,
                        details: Default::default(),
                        registered_at: now,
                        unused_until: Some(now.plus(settings.unused_lifetime)),
                    }),
                    most: settings.most,
                },
                Some((stored, _)) => Act::UpdateRegistration {
                    client: Box::new(Client {
                        disabled_at: stored.value.disabled_at,
                        ..client.clone()
                    }),
                    version: stored.version,
                    details: Box::default(),
                    secrets: None,
                },
            };
            let done = self.storage.administer(&act, &event, None).await?;
            self.cache.forget_client(&client.id);
            match done {
                Administered::Done => return Ok(()),
                Administered::Full => return Err(Failure::ClientsFull),
                _ => {}
            }
        }
        Err(Failure::Contended)
    }
}

fn client(id: &Id<Client>, registered: Registered) -> Client {
    Client {
        id: id.clone(),
        organization: None,
        machine: None,
        secrets: Vec::new(),
        disabled_at: None,
        origin: Origin::Document,
        metadata: registered.metadata,
    }
}
