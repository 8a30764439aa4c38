//! What other crates of HTTP may ask of a provider: who presents a bearer token, what is allowed to
//! whom, and new signing keys.

use std::sync::Arc;

use http::HeaderMap;
use symbolon_core::{
    client::ClientMetadata,
    keys::KeyPlan,
    pairwise::SectorError,
    parameters::Parameters,
    policy::Policy,
    session::Session,
    subject::Subject,
    time::{Lifetime, Timestamp},
    token::{access::AccessTokenClaims, personal::PersonalAccessToken},
};
use symbolon_storage::StoredKey;
use symbolon_web::{browser::BrowserSession, client_certificate::ClientCertificate, guard::Guard};

use crate::{
    access::{self, Absent, Presented},
    failure::Failure,
    interaction,
    keyring::{self, KeyError},
    provider::Provider,
    sector,
};

/// A live token, whoever it is for, and whom it speaks of.
#[derive(Debug)]
pub struct Bearer {
    /// Active, with the roles held now.
    pub subject: Arc<Subject>,
    /// What is allowed to whom now.
    pub policy: Arc<Policy>,
    /// What was presented.
    pub token: BearerToken,
}

/// Somebody who is signed in at a browser.
#[derive(Debug)]
pub struct Visitor {
    /// Active, with the roles held now.
    pub subject: Arc<Subject>,
    /// What is allowed to whom now.
    pub policy: Arc<Policy>,
    /// The session.
    pub session: Session,
}

/// How exact the last use of a session is that pages of ours are looked at with.
const SEEN_INTERVAL: Lifetime = Lifetime::from_seconds(60);

/// The kinds of bearer token.
#[derive(Debug)]
pub enum BearerToken {
    /// An access token, a JWT or opaque.
    Access(Arc<AccessTokenClaims>),
    /// A personal access token.
    Personal(Arc<PersonalAccessToken>),
}

/// Why there is none (RFC 6750 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBearer {
    /// Nothing was presented.
    Missing,
    /// Another scheme, or a malformed header.
    Malformed,
    /// Not one of ours, or not good any more.
    Invalid,
    /// That cannot be found out: the reason is in the log.
    Unavailable,
}

impl Provider {
    /// Who presents the token in the `Authorization` header. One that is bound to a key is none here;
    /// one that is bound to a certificate comes with it.
    ///
    /// # Errors
    /// [`NoBearer`].
    pub async fn bearer(
        &self,
        headers: &HeaderMap,
        certificate: Option<&ClientCertificate>,
    ) -> Result<Bearer, NoBearer> {
        let nothing = Parameters::default();
        let presentation = access::presented(headers, &nothing).map_err(|absent| match absent {
            Absent::Missing => NoBearer::Missing,
            Absent::Malformed => NoBearer::Malformed,
        })?;
        let live = access::admit_without_proof(self, presentation, certificate).await;
        let live = live.map_err(unavailable)?.ok_or(NoBearer::Invalid)?;
        Ok(Bearer {
            subject: live.subject,
            policy: self.policy().await.map_err(unavailable)?,
            token: match live.presented {
                Presented::Access(claims) => BearerToken::Access(claims),
                Presented::Personal(token) => BearerToken::Personal(token),
            },
        })
    }

    /// Who is signed in in a browser: the latest of its sessions that lives; `None`: nobody.
    ///
    /// # Errors
    /// When storage is not there; the reason is in the log.
    pub async fn visitor(&self, browser: &BrowserSession) -> Result<Option<Visitor>, NoBearer> {
        let live = interaction::live_sessions(self, browser).await;
        let Some(session) = live.map_err(unavailable)?.into_iter().next() else {
            return Ok(None);
        };
        if session.seen_at.plus(SEEN_INTERVAL) < self.now() {
            let seen = self.storage.touch_session(&session.id, self.now()).await;
            seen.map_err(|error| unavailable(error.into()))?;
        }
        let subject = self
            .cache
            .subject(&session.subject)
            .await
            .map_err(unavailable)?;
        let policy = self.policy().await.map_err(unavailable)?;
        Ok(subject.map(|subject| Visitor {
            subject,
            policy,
            session,
        }))
    }

    /// What surrounds each request.
    pub fn guard(&self) -> Arc<Guard> {
        Arc::clone(&self.guard)
    }

    /// Makes signing keys, sealed and ready to be stored.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn make_keys(&self, plans: &[KeyPlan], now: Timestamp) -> Result<Vec<StoredKey>, KeyError> {
        keyring::make(&self.seal, plans, now)
    }

    /// A key for one use, which its label names: the same on all instances.
    pub fn derived_key(&self, label: &str) -> [u8; 32] {
        self.seal.derive(label)
    }

    /// Whether the sector of a client is its own ([`sector::check`]).
    ///
    /// # Errors
    /// [`SectorError`].
    pub async fn check_sector(&self, metadata: &ClientMetadata) -> Result<(), SectorError> {
        sector::check(&self.outbound, metadata).await
    }

    /// Seals what is to be kept, for its place.
    pub fn seal(&self, place: &str, kept: &[u8]) -> Vec<u8> {
        self.seal.seal(place.as_bytes(), kept)
    }
}

fn unavailable(failure: Failure) -> NoBearer {
    tracing::error!(error = %failure, "request failed");
    NoBearer::Unavailable
}
